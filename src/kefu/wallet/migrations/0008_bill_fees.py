import datetime

from django.db import migrations

SINCE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def first_fees(apps, schema_editor):
    """Bills and loans free; credit cards 2,000 yuan a person and month free, then 0.1 %, from 0.10 to 25 yuan."""
    rows = apps.get_model("wallet", "FeeSchedule").objects
    for kind in ("bill", "loan"):
        rows.create(kind=kind, mode="now", version=1, effective_from=SINCE)
    rows.create(
        kind="repayment",
        mode="now",
        version=1,
        effective_from=SINCE,
        free_quota=2_000_00,
        window="month",
        rate_ppm=1000,
        least=10,
        most=25_00,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("wallet", "0007_bills"),
    ]

    operations = [
        migrations.RunPython(first_fees, migrations.RunPython.noop),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON wallet_billterms FROM kefu_app",
            reverse_sql="GRANT UPDATE, DELETE ON wallet_billterms TO kefu_app",
        ),
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON wallet_billaccount FROM kefu_app",
            reverse_sql="GRANT DELETE ON wallet_billaccount TO kefu_app",
        ),
    ]
