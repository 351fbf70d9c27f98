from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """A seal keeps its leaves, so that an edited row is named; a waiting entry knows since when it waits."""

    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AddField("auditseal", "leaves", models.BinaryField(default=b"")),
        migrations.AddField("auditpending", "since", models.DateTimeField(db_default=Now())),
    ]
