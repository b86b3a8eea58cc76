"""Train StyleBank's weights: see webstyle/engine/training/stylebank.py for how."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from webstyle.engine.events import EngineError
from webstyle.engine.weights import AUTOENCODER


class Command(BaseCommand):
    help = (
        "Train the auto-encoder and the banks of the given styles together, or with --frozen only "
        "the banks. Resumes from its checkpoint; Ctrl-C loses at most --save-minutes. Started by "
        "torchrun, several processes share each batch."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        from webstyle.engine.training.stylebank import Config

        default = {field.name: field.default for field in fields(Config)}
        add = parser.add_argument
        add("--photos", type=Path, required=True, help="folder of photographs")
        add("--paintings", type=Path, required=True,
            help="folder with SLUG.jpg and manifest.json (slug, title, artist, year)")  # fmt: skip
        add("--style", action="append", required=True, metavar="SLUG[:SIZE[:CONTENT]]",
            help="a painting, its short side in px (the stroke size), content weight")  # fmt: skip
        add("--slim", type=Path, required=True, help="slim VGG-19, safetensors")
        add("--exact", type=Path, help="VGG-19 up to conv3_1: Gram matrices in its own metric")
        add("--output", type=Path, default=AUTOENCODER.parent, help="weights folder (%(default)s)")
        add("--checkpoint", type=Path, required=True, help="file to save to and resume from")
        add("--minutes", type=float, default=default["minutes"])
        add("--batch", type=int, default=default["batch"])
        add("--learning-rate", type=float, default=default["learning_rate"])
        add("--save-minutes", type=float, default=default["save_minutes"])
        add("--frozen", action="store_true", help="keep the auto-encoder of --output")
        add("--seed", type=int, default=default["seed"])
        add("--device", default="auto")

    def handle(self, *args: Any, style: list[str], device: str, **options: Any) -> None:
        from webstyle.engine.device import pick_device, tune_cpu
        from webstyle.engine.training.stylebank import Config, Painting, Trainer
        from webstyle.engine.training.together import join, leave

        tune_cpu()
        known = {field.name for field in fields(Config)}
        try:
            styles = tuple(Painting.parse(text) for text in style)
            config = Config(styles=styles, **{k: v for k, v in options.items() if k in known})
            team, own_device = join(pick_device(device))
            trainer = Trainer(config, own_device, team)
        except (EngineError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        for state in trainer.run():
            if not team.leads:
                continue
            self.stdout.write(state.line(config.minutes), ending="\n" if state.sheet else "\r")
            self.stdout.flush()
            if state.sheet:
                self.stdout.write(f"saved {config.output} and {state.sheet}")
        leave(team)
