"""A training of the perceptual network in small: teachers of random weights, a few pictures."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import skimage
import torch
from safetensors.torch import save_file

from webstyle.engine.perceptual import STYLE_LAYERS, gram_and_mean, load_compact
from webstyle.engine.training.perceptual import KINDS, Config, Trainer
from webstyle.engine.training.teacher import EXACT, SLIM
from webstyle.engine.weights import read_metadata

CPU = torch.device("cpu")
WIDTHS = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}


def random_teacher(layers: list[str], factor: int) -> dict[str, torch.Tensor]:
    weights, width = {}, 3
    for layer in layers:
        if layer != "P":
            wide = factor * WIDTHS[layer[0]]
            weights[f"conv{layer}.weight"] = (
                torch.randn(wide, width, 3, 3) * (2 / (9 * width)) ** 0.5
            )
            weights[f"conv{layer}.bias"] = torch.zeros(wide)
            width = wide
    return weights


@pytest.fixture
def config(tmp_path: Path) -> Config:
    data = Path(skimage.__file__).parent / "data"
    for folder, count in (("photos", 24), ("paintings", 3)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            source = data / ("astronaut.png", "coffee.png")[number % 2]
            # The ending does not matter to who opens it, only to who looks for it.
            shutil.copy(source, tmp_path / folder / f"{number}.jpg")
    torch.manual_seed(1)
    slim = {"conv0.weight": torch.eye(3).view(3, 3, 1, 1), "conv0.bias": torch.zeros(3)}
    slim |= random_teacher(SLIM, 1)
    for name in ("41", "51"):
        slim[f"conv{name}_aux.weight"] = torch.randn(512, 128, 1, 1) / 128**0.5
        slim[f"conv{name}_aux.bias"] = torch.zeros(512)
    save_file(slim, tmp_path / "slim.safetensors")
    save_file(random_teacher(EXACT, 4), tmp_path / "exact.safetensors")
    return Config(
        photos=tmp_path / "photos",
        paintings=tmp_path / "paintings",
        slim=tmp_path / "slim.safetensors",
        exact=tmp_path / "exact.safetensors",
        output=tmp_path / "perceptual.safetensors",
        checkpoint=tmp_path / "checkpoint.pt",
        minutes=0.15,
        batch=2,
        crop=64,
    )


def trainer_of(config: Config) -> Trainer:
    """It reports on what is just large enough for every layer: on whole pictures that takes most
    of the time."""
    trainer = Trainer(config, CPU)
    for held in (trainer.inputs.held_photos, trainer.inputs.held_paintings):
        held[:] = [picture[:, :96, :96] for picture in held]
    return trainer


def test_it_learns_saves_reports_and_goes_on_from_its_checkpoint(config: Config) -> None:
    trainer = trainer_of(config)
    x = trainer.inputs.batch(4, 64)
    before = float(trainer.loss(x, deep=True).detach())
    last = list(trainer.run())[-1]
    assert float(trainer.loss(x, deep=True).detach()) < before
    assert "min left" in last.line(config.minutes)
    report = json.loads(read_metadata(config.output)["training"])["held_out"]
    assert set(report) == set(KINDS)
    for layers in report.values():
        assert set(layers) == set(STYLE_LAYERS)
    again = trainer_of(replace(config, minutes=0.17))
    assert again.state.step == last.step
    assert list(again.run())[-1].step > last.step


def test_the_metric_that_is_kept_gives_the_distances_of_the_mapped_features(
    config: Config,
) -> None:
    trainer = trainer_of(replace(config, minutes=0.02))
    list(trainer.run())
    heads = trainer.solve()
    for layer, head in heads.items():
        trainer.keep_metric(layer, head)
    pair = torch.rand(2, 3, 64, 64)
    features = trainer.network.features(pair)
    ours = trainer.network.grams(features)
    for layer, f in features.items():
        with_one = torch.cat([f, torch.ones_like(f[:, :1])], 1)
        mapped = torch.einsum("oc,bchw->bohw", heads[layer], with_one)
        gram, _ = gram_and_mean(mapped)
        wanted = ((gram[0] - gram[1]) ** 2).sum() / (gram[0] ** 2).sum()
        found = ((ours[layer][0] - ours[layer][1]) ** 2).sum() / (ours[layer][0] ** 2).sum()
        torch.testing.assert_close(found, wanted, rtol=0.02, atol=1e-6)


def test_what_was_saved_can_be_loaded(config: Config) -> None:
    list(trainer_of(replace(config, minutes=0.02)).run())
    network = load_compact(config.output, CPU, torch.float32)
    assert len(network.fingerprint) == 16
    assert torch.isfinite(network.features(torch.rand(1, 3, 32, 32))["relu5_1"]).all()
