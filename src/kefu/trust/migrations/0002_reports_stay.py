from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("trust", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON trust_report FROM kefu_app",
            reverse_sql="GRANT DELETE ON trust_report TO kefu_app",
        ),
    ]
