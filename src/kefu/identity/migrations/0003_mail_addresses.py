from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_proofs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='onetimecode',
            name='code_by_phone',
        ),
        migrations.RenameField(
            model_name='onetimecode',
            old_name='phone',
            new_name='address',
        ),
        migrations.AddIndex(
            model_name='onetimecode',
            index=models.Index(fields=['address', 'created_at'], name='code_by_address'),
        ),
        migrations.AddIndex(
            model_name='onetimecode',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['purpose'], name='code_open_by_purpose'),
        ),
        migrations.AddField(
            model_name='contactpoint',
            name='bounced_at',
            field=models.DateTimeField(null=True),
        ),
    ]
