import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wallet', '0020_account_holders'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='taptoken',
            name='wrong',
        ),
        migrations.AddField(
            model_name='taptoken',
            name='proved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE wallet_taptoken SET proved_at = added_at; SET CONSTRAINTS ALL IMMEDIATE",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='taptoken',
            name='proved_at',
            field=models.DateTimeField(),
        ),
        migrations.CreateModel(
            name='TapDoubt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wrong', models.IntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('merchant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tap_doubts', to='wallet.merchant')),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='wallet.taptoken')),
            ],
            options={
                'indexes': [models.Index(fields=['last_at'], name='tap_doubt_newest')],
                'constraints': [models.UniqueConstraint(fields=('token', 'merchant'), name='one_doubt_per_token_and_merchant')],
            },
        ),
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON wallet_tapdoubt FROM kefu_app",
            reverse_sql="GRANT DELETE ON wallet_tapdoubt TO kefu_app",
        ),
    ]
