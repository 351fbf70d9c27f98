from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    """A payout that a bank was told of before the account was stopped is posted when the bank has paid it."""

    dependencies = [("ledger", "0002_fewer_indexes")]

    operations = [
        migrations.RunSQL(
            (SQL / "post.sql").read_text("utf-8").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
