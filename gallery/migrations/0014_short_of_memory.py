from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0013_arrivals"),
    ]

    operations = [
        migrations.AddField(
            model_name="rendering",
            name="note",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
    ]
