from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0014_short_of_memory"),
    ]

    operations = [
        migrations.AddField(
            model_name="taughtstyle",
            name="note",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
    ]
