from django.db import migrations, models


class Migration(migrations.Migration):
    """Each index of the accounts is opened at every posting: whose they are stands in a table of its own."""

    dependencies = [("ledger", "0004_bills_after_a_stop")]

    operations = [
        migrations.CreateModel(
            name="Owned",
            fields=[
                ("account", models.BigIntegerField(primary_key=True, serialize=False)),
                ("owner", models.TextField()),
                ("code", models.TextField()),
                ("currency", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "code", "currency"), name="ledger_one_account_each")
                ],
            },
        ),
        migrations.RunSQL(
            [
                "INSERT INTO ledger_owned (account, owner, code, currency)"
                " SELECT id, owner, code, currency FROM ledger_account WHERE stripe = 0",
                "REVOKE UPDATE, DELETE, TRUNCATE ON ledger_owned FROM kefu_app",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(model_name="account", name="ledger_account_of_owner"),
    ]
