"""Another table: one that waits for two locks may wait for whoever waits for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "a001_columns")]

    operations = [
        migrations.AddField("photo", "place", models.CharField(max_length=20, db_default="")),
    ]
