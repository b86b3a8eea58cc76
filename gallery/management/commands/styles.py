"""The built-in styles."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from webstyle.engine.weights import styles


class Command(BaseCommand):
    help = "List the built-in styles."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, json: bool, **options: Any) -> None:
        if json:
            self.stdout.write(dump([facts(style) for style in styles().values()]))
            return
        width = max(map(len, styles()), default=0)
        for style in styles().values():
            self.stdout.write(f"{style.slug:{width}}  {style.title}, {style.artist}, {style.year}")


def facts(style: Any) -> dict[str, Any]:
    names = ("slug", "title", "artist", "year", "licence", "sha256", "training")
    return {name: getattr(style, name) for name in names}


dump = json.dumps
