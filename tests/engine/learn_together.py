"""Some steps of a training, run by a test as one process or, by torchrun, as several."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from webstyle.engine.training import stylebank
from webstyle.engine.training.losses import Shares
from webstyle.engine.training.pictures import random_crop
from webstyle.engine.training.stylebank import Config, Painting, Trainer
from webstyle.engine.training.together import join, leave

STEPS, BATCH, SIDE = 3, 4, 96
# Without the losses that look at pixels drawn at random, or at the batch as one picture.
SHARES = Shares(colour=0, palette=0, fringe=0)


def config_of(folder: Path) -> Config:
    return Config(
        photos=folder / "photos", paintings=folder / "paintings", styles=(Painting("coffee", 128),),
        slim=folder / "slim.safetensors", exact=None, output=folder / "weights",
        checkpoint=folder / "checkpoint.pt", batch=BATCH,
    )  # fmt: skip


def main(folder: Path, name: str) -> None:
    torch.set_num_threads(1)
    stylebank.grainy = lambda photo: photo  # noise that each would draw for its own pictures
    team, device = join(torch.device("cpu"))
    config = replace(config_of(folder), shares=SHARES)
    trainer = Trainer(config, device, team)
    before = weights(trainer)
    for step in range(STEPS):
        crops = torch.stack([random_crop(trainer.photos, SIDE) for _ in range(BATCH)])
        photo = team.part(crops)
        torch.manual_seed(step)
        if step % 2:
            trainer._learn(trainer.photo_loss(photo))
        else:
            trainer._learn(trainer.style_loss(trainer.look(photo), config.styles[0]))
        if step == 0:
            first = {f"gradient.{k}": p.grad.clone() for k, p in trainer.learned.named_parameters()}
    if team.leads:
        moved = {f"moved.{k}": v - before[k] for k, v in weights(trainer).items()}
        kept = {k: v.contiguous() for k, v in (first | moved).items()}
        save_file(kept, folder / f"{name}.safetensors")
    (folder / f"{name}-{team.rank}.json").write_text(json.dumps({"size": team.size}))
    leave(team)


def weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in trainer.learned.state_dict().items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
