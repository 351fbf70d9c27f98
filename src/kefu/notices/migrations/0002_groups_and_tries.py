from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0001_initial'),
    ]

    operations = [
        # No page let anybody mute one kind: what stands there is from tests of the demo, and mail comes again.
        migrations.RunSQL('DELETE FROM notices_mute', migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='mute',
            name='one_mute_per_kind',
        ),
        migrations.RenameField(
            model_name='mute',
            old_name='kind',
            new_name='group',
        ),
        migrations.AddConstraint(
            model_name='mute',
            constraint=models.UniqueConstraint(fields=('user_id', 'group'), name='one_mute_per_group'),
        ),
        migrations.AddConstraint(
            model_name='mute',
            constraint=models.CheckConstraint(condition=models.Q(('group', 'security'), _negated=True), name='security_is_never_muted'),
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('user_id', models.UUIDField(primary_key=True, serialize=False)),
                ('begin_minute', models.SmallIntegerField()),
                ('end_minute', models.SmallIntegerField()),
                ('since', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('begin_minute__range', (0, 1439)), ('end_minute__range', (0, 1439)), models.Q(('begin_minute', models.F('end_minute')), _negated=True)), name='quiet_hours_are_hours')],
            },
        ),
        migrations.AddField(
            model_name='outgoing',
            name='key',
            field=models.TextField(default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='outgoing',
            name='next_try_at',
            field=models.DateTimeField(null=True),
        ),
        # What waits from before goes at once, each under its own id; its text may be read once more as it is.
        migrations.RunSQL('UPDATE notices_outgoing SET key = id::text, next_try_at = made_at', migrations.RunSQL.noop),
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='outgoing',
            name='key',
            field=models.TextField(unique=True),
        ),
        migrations.AlterField(
            model_name='outgoing',
            name='next_try_at',
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='user_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='tries',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='outgoing',
            name='fault',
            field=models.TextField(default=''),
        ),
        migrations.RemoveConstraint(
            model_name='outgoing',
            name='outgoing_status_known',
        ),
        migrations.AddConstraint(
            model_name='outgoing',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('WAITING', 'SENT', 'LAPSED', 'BOUNCED'))), name='outgoing_status_known'),
        ),
        migrations.AddIndex(
            model_name='outgoing',
            index=models.Index(condition=models.Q(('status', 'WAITING')), fields=['next_try_at'], name='outgoing_due'),
        ),
    ]
