"""Train the compact perceptual network: see webstyle/engine/training/perceptual.py for how."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from webstyle.engine.events import EngineError
from webstyle.engine.perceptual import COMPACT


class Command(BaseCommand):
    help = (
        "Train the compact perceptual network after VGG-19. Resumes from its checkpoint; Ctrl-C "
        "loses at most --save-minutes. Run style_statistics afterwards."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        from webstyle.engine.training.perceptual import Config

        default = {field.name: field.default for field in fields(Config)}
        add = parser.add_argument
        add("--photos", type=Path, required=True, help="folder of photographs")
        add("--paintings", type=Path, required=True, help="folder of paintings")
        add("--slim", type=Path, required=True, help="slim VGG-19, safetensors")
        add("--exact", type=Path, required=True, help="VGG-19 up to conv3_4, safetensors")
        add("--output", type=Path, default=COMPACT, help="weights file (%(default)s)")
        add("--checkpoint", type=Path, required=True, help="file to save to and resume from")
        for name in ("minutes", "learning_rate", "save_minutes"):
            add(f"--{name.replace('_', '-')}", type=float, default=default[name])
        for name in ("batch", "crop", "seed"):
            add(f"--{name}", type=int, default=default[name])
        add("--device", default="auto")

    def handle(self, *args: Any, device: str, **options: Any) -> None:
        from webstyle.engine.device import pick_device, tune_cpu
        from webstyle.engine.training.perceptual import Config, Trainer

        tune_cpu()
        known = {field.name for field in fields(Config)}
        try:
            config = Config(**{k: v for k, v in options.items() if k in known})
            trainer = Trainer(config, pick_device(device))
        except (EngineError, OSError) as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        for state in trainer.run():
            self.stdout.write(state.line(config.minutes), ending="\r")
            self.stdout.flush()
        self.stdout.write(f"\nsaved {config.output}")
