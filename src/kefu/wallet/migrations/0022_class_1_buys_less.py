import datetime

from django.db import migrations

SINCE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def class_1(apps, schema_editor):
    """100 US dollars a year, near the 1,000 yuan that the class may pay in its life."""
    apps.get_model("wallet", "Limit").objects.get_or_create(
        series="exchange_buy_class_1_year", version=1,
        defaults={
            "effective_from": SINCE, "outlets": ["exchange"], "scope": "year", "tier": 1, "cap": 100_00,
            "currency": "USD",
        },
    )


class Migration(migrations.Migration):

    dependencies = [
        ("wallet", "0021_tap_doubts"),
    ]

    operations = [
        migrations.RunPython(class_1, migrations.RunPython.noop),
    ]
