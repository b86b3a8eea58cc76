"""A training in small: a teacher of random weights, two pictures as photos, one as the painting."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from webstyle.engine.events import EngineError
from webstyle.engine.training.stylebank import Config, Painting, Trainer
from webstyle.engine.training.teacher import SLIM

WIDTHS = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}
CPU = torch.device("cpu")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    import skimage

    data = Path(skimage.__file__).parent / "data"
    for folder in ("photos", "paintings"):
        (tmp_path / folder).mkdir()
    for number in range(30):
        name = ("astronaut.png", "chelsea.png")[number % 2]
        shutil.copy(data / name, tmp_path / "photos" / f"{number}.png")
    from PIL import Image

    Image.open(data / "coffee.png").convert("RGB").save(tmp_path / "paintings" / "coffee.jpg")
    entry = {"slug": "coffee", "title": "Coffee", "artist": "A barista", "year": 2013}
    (tmp_path / "paintings" / "manifest.json").write_text(json.dumps([entry]))
    torch.manual_seed(1)
    weights = {"conv0.weight": torch.eye(3).view(3, 3, 1, 1), "conv0.bias": torch.zeros(3)}
    width = 3
    for name in SLIM:
        if name != "P":
            wide = WIDTHS[name[0]]
            scale = (2 / (9 * width)) ** 0.5
            weights[f"conv{name}.weight"] = torch.randn(wide, width, 3, 3) * scale
            weights[f"conv{name}.bias"] = torch.zeros(wide)
            width = wide
    save_file(weights, tmp_path / "slim.safetensors")
    return Config(
        photos=tmp_path / "photos",
        paintings=tmp_path / "paintings",
        styles=(Painting("coffee", 128),),
        slim=tmp_path / "slim.safetensors",
        exact=None,
        output=tmp_path / "weights",
        checkpoint=tmp_path / "checkpoint.pt",
        minutes=0.2,
        crops=((0.0, 64),),
        photo_share=0.3,
    )


def test_it_learns_saves_and_goes_on_from_its_checkpoint(config: Config) -> None:
    trainer = Trainer(config, CPU)
    photo = trainer.photos[0][None, :, :192, :192] / 255
    before = trainer.photo_loss(photo).item()
    last = list(trainer.run())[-1]
    assert trainer.photo_loss(photo).item() < before  # the photo comes back better than at first
    assert last.sheet
    assert last.sheet.exists()
    assert set(last.losses["coffee"]) == {"style", "content", "colour"}
    assert "min left" in last.line(config.minutes)
    assert (config.output / "styles" / "coffee.safetensors").exists()
    again = Trainer(replace(config, minutes=last.minutes + 0.02), CPU)
    assert again.state.step == last.step
    assert list(again.run())[-1].step > last.step


def test_a_new_style_leaves_the_auto_encoder_alone(config: Config) -> None:
    list(Trainer(replace(config, minutes=0.03), CPU).run())
    shared = load_file(config.output / "autoencoder.safetensors")
    bank = load_file(config.output / "styles" / "coffee.safetensors")
    frozen = replace(config, frozen=True, minutes=0.05, checkpoint=config.output / "new.pt")
    list(Trainer(frozen, CPU).run())
    after = load_file(config.output / "autoencoder.safetensors")
    assert all(torch.equal(shared[name], after[name]) for name in shared)
    taught = load_file(config.output / "styles" / "coffee.safetensors")
    assert any(not torch.equal(bank[name], taught[name]) for name in bank)


@pytest.mark.parametrize("text", ["coffee:wide", "coffee:1:2:3", "coffee::"])
def test_a_style_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="coffee"):
        Painting.parse(text)
