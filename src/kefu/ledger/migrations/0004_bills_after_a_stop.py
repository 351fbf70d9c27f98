from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """A bill that a biller was told of before the account was stopped is posted when the biller has taken it on."""

    dependencies = [("ledger", "0003_paid_after_a_stop")]

    operations = [
        migrations.RunSQL(
            (SQL / "post.sql").read_text("utf-8").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
