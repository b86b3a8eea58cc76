from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0015_style_short_of_memory"),
    ]

    operations = [
        migrations.AddField(
            model_name="presence",
            name="beyond",
            field=models.JSONField(null=True),
        ),
    ]
