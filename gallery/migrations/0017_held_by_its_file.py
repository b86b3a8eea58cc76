from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0016_beyond"),
    ]

    operations = [
        # The column stays, for the version before, which serves meanwhile.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="arrival", name="held_until"),
            ]
        ),
    ]
