"""Paint the styles' cards and a small sample gallery with our own engine.

What is there already, painted with the same weights, is left alone: a second run takes a moment.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand

from gallery import jobs, notify, runs, services
from gallery.cards import SAMPLES_USER
from gallery.models import Photo, Rendering, Style
from gallery.owners import Owner
from webstyle.engine import images
from webstyle.engine.recipe import Recipe
from webstyle.engine.samples import sample_path
from webstyle.engine.weights import AUTOENCODER, WeightsFile, styles

CARD_PHOTO = "chelsea.png"
# Photographs that come inside the scikit-image package, and what they show.
SAMPLES = {
    "coffee.png": "Espresso",
    "astronaut.png": "Eileen Collins",
    "chelsea.png": "Chelsea",
    "rocket.jpg": "Ready for launch",
}


class Command(BaseCommand):
    help = "Paint the cards of the styles and the sample gallery (only what is missing)."

    def handle(self, *args: Any, **options: Any) -> None:
        from webstyle.engine.device import tune_cpu

        tune_cpu()
        began = time.monotonic()
        shared = AUTOENCODER.read_bytes()
        todo: list[tuple[str, Any]] = []
        for weights in styles().values():
            fingerprint = hashlib.sha256(shared + weights.path.read_bytes()).hexdigest()
            if not Style.objects.filter(slug=weights.slug, fingerprint=fingerprint).exists():
                todo.append((weights.slug, lambda w=weights, f=fingerprint: self.card(w, f)))
        todo += self.missing_pictures()
        ending = "\r" if self.stdout.isatty() else "\n"  # a log has no line to go back to
        for number, (name, make) in enumerate(todo, 1):
            line = f"  painting sample {number}/{len(todo)}: {name}"
            self.stdout.write(f"{line:70}", ending=ending)
            self.stdout.flush()
            make()
        if todo:
            seconds = time.monotonic() - began
            line = f"  painted {len(todo)} samples in {seconds:.0f} s"
            self.stdout.write(f"{line:70}")

    def card(self, weights: WeightsFile, fingerprint: str) -> None:
        from webstyle.engine.device import pick_device
        from webstyle.engine.engines.stylebank import get_painter

        photo = images.fit(images.decode(sample_path(CARD_PHOTO), CARD_PHOTO), 640)
        painter = get_painter(pick_device())
        picture = painter.decode(painter.apply(painter.encode(photo), weights.slug))
        picture = images.fit(picture, 480)
        name = f"styles/{weights.slug}-{fingerprint[:8]}.webp"
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(images.encode(picture, "webp", quality=82)))
        Style.objects.update_or_create(
            slug=weights.slug,
            defaults={
                "fingerprint": fingerprint, "card": name, "card_width": picture.width,
                "card_height": picture.height, "colour": images.average_color(picture),
            },
        )  # fmt: skip

    def missing_pictures(self) -> list[tuple[str, Any]]:
        """One picture a style, the photos in turn, public and with the photo beside it."""
        user, _ = get_user_model().objects.get_or_create(
            username=SAMPLES_USER, defaults={"is_active": False}
        )
        owner = Owner(user_id=user.pk)
        pictures = Rendering.objects.of(owner).filter(state=Rendering.State.DONE)
        present = {slug for row in pictures for slug, _ in row.known_recipe["styles"]}
        names = list(SAMPLES)
        return [
            (f"{SAMPLES[name]}, {slug}", lambda s=slug, n=name: self.picture(owner, s, n))
            for number, slug in enumerate(styles())
            for name in [names[number % len(names)]]
            if slug not in present
        ]

    def picture(self, owner: Owner, slug: str, name: str) -> None:
        photo = Photo.objects.of(owner).filter(title=SAMPLES[name]).first()
        if photo is None:
            photo = services.photo_add(owner, sample_path(name), SAMPLES[name])
        rendering = services.rendering_submit(photo, Recipe(styles=((slug, 1.0),)))
        if jobs.claim_one(rendering, jobs.worker_name()):  # a worker may have been faster
            runs.Run(rendering, notify.publish, lambda: False)()
        rendering.refresh_from_db()
        services.rendering_publish(rendering, public=True, show_photo=True)
