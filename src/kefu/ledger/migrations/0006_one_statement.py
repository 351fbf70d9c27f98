"""One plain transfer is one statement: both accounts and the transfer."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_accounts_by_owner")]

    operations = [
        migrations.RunSQL(
            (SQL / "post_one.sql").read_text("utf-8").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1),
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
