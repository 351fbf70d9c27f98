import datetime

from django.db import migrations

SINCE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
# Currency: basis points on each side of the middle rate.
SPREADS = {"USD": 30, "EUR": 40, "HKD": 30, "JPY": 50}
SHARE_PPM, NO_CAP = 1_000, 1_000_000_000_00


def first_terms(apps, schema_editor):
    """0.1 % of what is sold, a spread a currency, and 50,000 US dollars a year for buying and for selling each."""
    for currency, bps in SPREADS.items():
        apps.get_model("wallet", "Spread").objects.create(
            currency=currency, version=1, effective_from=SINCE, bps=bps
        )
        apps.get_model("wallet", "FeeSchedule").objects.create(
            kind="exchange", mode=currency, version=1, effective_from=SINCE, rate_ppm=SHARE_PPM, most=NO_CAP
        )
    for series in ("exchange_buy_year", "exchange_sell_year"):
        apps.get_model("wallet", "Limit").objects.create(
            series=series, version=1, effective_from=SINCE, outlets=["exchange"], scope="year", cap=50_000_00,
            currency="USD",
        )


class Migration(migrations.Migration):

    dependencies = [
        ("wallet", "0012_exchange"),
    ]

    operations = [
        migrations.RunPython(first_terms, migrations.RunPython.noop),
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON wallet_exchange, wallet_spread FROM kefu_app",
            reverse_sql="GRANT UPDATE, DELETE ON wallet_exchange, wallet_spread TO kefu_app",
        ),
    ]
