"""An index on a table that is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models

Add = AddIndexConcurrently if connection.vendor == "postgresql" else migrations.AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gallery", "a002_place")]

    operations = [Add("rendering", models.Index(fields=["warmth"], name="warmest"))]
