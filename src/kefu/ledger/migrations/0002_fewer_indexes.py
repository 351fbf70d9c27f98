from django.db import migrations


class Migration(migrations.Migration):
    """Each index of this table is felt at every posting: an order's transfers are found by their ids instead."""

    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="transfer", name="ledger_transfer_order"),
        migrations.RemoveIndex(model_name="transfer", name="ledger_transfer_posted"),
    ]
