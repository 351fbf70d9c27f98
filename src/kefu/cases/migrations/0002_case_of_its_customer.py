from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='case',
            name='one_open_case_per_matter',
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['OPEN', 'WAITING'])), fields=('customer_id', 'conversation_id', 'kind', 'order_id'), name='one_open_case_per_matter', nulls_distinct=False),
        ),
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON cases_case, cases_step, cases_proposal FROM kefu_app",
            reverse_sql="GRANT DELETE ON cases_case, cases_step, cases_proposal TO kefu_app",
        ),
    ]
