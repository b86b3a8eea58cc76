from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0013_arrivals"),
    ]

    operations = [
        migrations.AddField(
            model_name="presence",
            name="beyond",
            field=models.JSONField(null=True),
        ),
    ]
