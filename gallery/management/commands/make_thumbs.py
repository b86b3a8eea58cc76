"""Make the small files that walls show, of pictures that were painted before there were any."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.db.models import Q
from PIL import Image

from gallery import scratch
from gallery.browse import thumbs
from gallery.models import Rendering


class Command(BaseCommand):
    help = "Make the small files for walls (only what is missing)."

    def handle(self, *args: Any, **options: Any) -> None:
        bare = Rendering.objects.kept().filter(state=Rendering.State.DONE, thumbs={})
        made = sum(self.make(picture) for picture in bare.order_by("-public").iterator())
        self.stdout.write(f"  small files of {made} pictures made")

    def make(self, picture: Rendering) -> bool:
        with contextlib.suppress(FileNotFoundError), picture.result.open("rb") as file:
            whole = Image.open(io.BytesIO(file.read())).convert("RGB")
            names = {
                kind: default_storage.save(f"{picture.folder}/{kind}.{ending}", ContentFile(data))
                for kind, (ending, data) in thumbs.encoded(whole).items()
            }
            if picture.change(where=Q(thumbs={}), **thumbs.columns(names)):
                return True
            scratch.discard(*names.values())  # somebody else was faster
        return False
