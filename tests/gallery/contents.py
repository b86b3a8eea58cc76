"""All that a site has, as JSON: every column of every row, and the sum of every file. Run by the
tests of backups in a process of its own, with the environment of the site."""

from __future__ import annotations

import hashlib
import json

import django


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.core.files.storage import default_storage

    from gallery.operations import storage

    rows = {
        model._meta.label: {
            str(row["pk"]): {name: written(value) for name, value in row.items()}
            for row in model._base_manager.values("pk", *columns(model))
        }
        for model in apps.get_models(include_auto_created=True)
    }
    files = {
        name: hashlib.sha256(default_storage.open(name).read()).hexdigest()
        for _, names in storage.walk()
        for name in names
    }
    print(json.dumps({"rows": rows, "files": files}))


def written(value: object) -> str:
    """The same for all databases: PostgreSQL has an order of its own for what is in JSON."""
    return json.dumps(value, sort_keys=True, default=str)


def columns(model: type) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


if __name__ == "__main__":
    main()
