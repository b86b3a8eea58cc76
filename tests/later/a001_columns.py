"""Columns and a table that the version before knows nothing of, made as CONTRIBUTING.md says."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from gallery import migrations as present

LAST = max(file.stem for file in Path(present.__path__[0]).glob("0*.py"))


class Migration(migrations.Migration):
    dependencies = [("gallery", LAST)]

    operations = [
        migrations.AddField("rendering", "mood", models.CharField(max_length=20, null=True)),
        migrations.AddField("rendering", "warmth", models.IntegerField(db_default=0)),
        migrations.CreateModel(
            "Frame",
            [
                ("id", models.BigAutoField(primary_key=True)),
                (
                    "rendering",
                    models.ForeignKey(
                        "gallery.rendering", django.db.models.deletion.CASCADE, null=True
                    ),
                ),
            ],
        ),
    ]
