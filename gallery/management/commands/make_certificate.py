"""Make the certificate that signs Content Credentials, unless there is one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from gallery.provenance import certificate


class Command(BaseCommand):
    help = "Make the certificate that signs Content Credentials (only if it is missing)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        about = "make a new one: what the old one signed is no longer known as ours"
        parser.add_argument("--replace", action="store_true", help=about)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PROVENANCE or settings.C2PA_CERTIFICATE:
            return  # none of ours is needed
        if options["replace"]:
            certificate.replace()
        if not (certificate.folder() / certificate.CHAIN).exists():
            certificate.made_here()
            self.stdout.write(f"  made {certificate.folder() / certificate.CHAIN}")
