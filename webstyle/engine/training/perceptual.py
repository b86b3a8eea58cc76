"""Train the compact perceptual network: from nothing, to follow VGG-19.

Two teachers are read: the exact VGG-19 up to conv3_4, and a slim one for relu4_1 and relu5_1 (see
training/teacher.py). A linear 1x1 head a layer maps the network's features onto the teacher's; what
is learned is that the mapped features, and their Gram matrices, agree. At the end the heads are
solved for once more in closed form, and only their metric is kept: the symmetric root of W^T W,
with which distances between features and between Gram matrices are those of the mapped ones.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from webstyle.engine.device import channels_last
from webstyle.engine.engines.stylebank import AutoEncoder, Bank, load_bank
from webstyle.engine.perceptual import STYLE_LAYERS, Compact, Features, gram_and_mean
from webstyle.engine.training.pictures import load_photos, load_picture, random_crop
from webstyle.engine.training.teacher import Teacher, exact_features
from webstyle.engine.weights import AUTOENCODER, STYLES

LAYERS = (*STYLE_LAYERS, "relu3_3")
# The exact network's last layer here is taught to our third of its block, which has only three.
EXACT = {"relu1_1": "1_1", "relu2_1": "2_1", "relu3_1": "3_1", "relu3_3": "3_4"}
SLIM = {"relu4_1": "41", "relu5_1": "51"}
WIDTHS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu3_3": 256}
KINDS = ("photos", "paintings", "stylised")


@dataclass(frozen=True)
class Config:
    """What decides a training run; paths are folders or files, times are minutes."""

    photos: Path
    paintings: Path
    slim: Path
    exact: Path
    output: Path
    checkpoint: Path
    minutes: float = 40
    batch: int = 4
    crop: int = 192  # px
    deep_share: float = 0.25  # of the steps: conv3_4 alone costs as much as all before it
    gram_weight: float = 0.3
    learning_rate: float = 1.5e-3
    save_minutes: float = 5
    seed: int = 0


@dataclass
class State:
    """One line of progress: the share of variance not yet explained, layer by layer."""

    step: int = 0
    minutes: float = 0.0
    pictures: int = 0
    losses: dict[str, float] = field(default_factory=dict)

    def line(self, minutes: float) -> str:
        pace = self.pictures / max(1e-6, 60 * self.minutes)
        losses = " ".join(f"{name} {value:.3g}" for name, value in self.losses.items())
        left = max(0.0, minutes - self.minutes)
        return f"step {self.step}  {pace:.1f} pictures/s  {left:.1f} min left  {losses}"

    def note(self, **values: float) -> None:
        for key, value in values.items():
            self.losses[key] = 0.98 * self.losses.get(key, value) + 0.02 * value


class Teachers:
    """Both teachers as one: layer name to target features, B x C x h x w, in float32."""

    def __init__(self, slim: Path, exact: Path, device: torch.device) -> None:
        self.slim = Teacher(slim, None, device)
        self.exact = {
            k: v.to(device, torch.bfloat16).contiguous(
                memory_format=torch.channels_last if v.dim() == 4 else torch.contiguous_format
            )
            for k, v in load_file(exact).items()
        }
        # The slim network's aux head maps C channels to 512. Its QR decomposition has the same
        # lengths and angles in C + 1 channels (one for the bias): much less to compare.
        self.roots = {}
        raw = load_file(slim)
        for layer, name in SLIM.items():
            head = raw[f"conv{name}_aux.weight"].flatten(1)
            whole = torch.cat([head, raw[f"conv{name}_aux.bias"][:, None]], 1)
            self.roots[layer] = torch.linalg.qr(whole).R.to(device)

    @torch.no_grad()
    def __call__(self, x: Tensor, *, deep: bool) -> Features:
        exact = exact_features(self.exact, x, "3_4" if deep else "3_1")
        found = {k: exact[name].float() for k, name in EXACT.items() if name in exact}
        slim = self.slim.features(x)
        for layer in SLIM:
            f = slim[layer].float()
            f = torch.cat([f, torch.ones_like(f[:, :1])], 1)
            found[layer] = F.conv2d(f, self.roots[layer][..., None, None])
        return found


class Inputs:
    """What the network learns from: photos, paintings, half-finished stylised pictures, noise."""

    def __init__(self, photos: Path, paintings: Path, device: torch.device) -> None:
        everything = load_photos(photos)
        works = [load_picture(p, 480) for p in sorted(paintings.glob("*.jpg"))]
        self.held_photos, self.photos = everything[-12:], everything[:-12]
        self.held_paintings, self.paintings = works[::8], [w for i, w in enumerate(works) if i % 8]
        self.device = device
        self.network = AutoEncoder()
        self.network.load_state_dict(load_file(AUTOENCODER))
        self.banks = []
        for path in sorted(STYLES.glob("*.safetensors")):
            self.banks.append(Bank())
            self.banks[-1].load_state_dict(load_bank(path))
        for module in (self.network, *self.banks):
            module.to(device, torch.bfloat16).eval().requires_grad_(False)
            channels_last(module)

    def batch(self, count: int, size: int) -> Tensor:
        """B x 3 x size x size in [0, 1], and a little beyond."""
        x = torch.stack([self._crop(size) for _ in range(count)]).to(self.device)
        painted = torch.rand(count) < 0.4
        if painted.any():
            share = torch.rand(int(painted.sum()), 1, 1, 1, device=self.device) ** 0.5
            x[painted] = x[painted].lerp(self.stylise(x[painted], random.choice(self.banks)), share)
        noise = torch.randn_like(x) * torch.rand(count, 1, 1, 1, device=self.device) ** 3
        rough = torch.rand(count, 1, 1, 1, device=self.device) < 0.4
        return torch.where(rough, x + 0.3 * noise, x)

    def _crop(self, size: int) -> Tensor:
        if random.random() < 0.6:
            return random_crop(self.photos, size)
        work = random.choice(self.paintings)
        side = int(min(work.shape[1:]) * random.uniform(0.3, 1))
        top = random.randint(0, work.shape[1] - side)
        left = random.randint(0, work.shape[2] - side)
        crop = work[None, :, top : top + side, left : left + side].float() / 255
        crop = F.interpolate(crop, size=(size, size), mode="bilinear", antialias=True)[0]
        return crop.flip(2) if random.random() < 0.5 else crop

    @torch.no_grad()
    def stylise(self, x: Tensor, bank: nn.Module) -> Tensor:
        features = bank(self.network.encode(x.bfloat16()))
        return self.network.decode(features).float().clamp(0, 1)

    def held_out(self, kind: str) -> Iterator[Tensor]:
        """Pictures no training step saw, 1 x 3 x h x w."""
        works = self.held_paintings if kind == "paintings" else self.held_photos
        for i, work in enumerate(works):
            height, width = (side // 16 * 16 for side in work.shape[1:])
            x = work[None, :, :height, :width].to(self.device).float() / 255
            if kind == "stylised":
                x = self.stylise(x, self.banks[i % len(self.banks)])
            yield x


class Trainer:
    """Everything a run holds; ``run`` is the loop to read."""

    def __init__(self, config: Config, device: torch.device) -> None:
        self.config, self.device, self.state = config, device, State()
        random.seed(config.seed)
        torch.manual_seed(config.seed)
        self.inputs = Inputs(config.photos, config.paintings, device)
        self.teachers = Teachers(config.slim, config.exact, device)
        self.network = Compact().to(device)
        self.network.metric.requires_grad_(False)
        widths = WIDTHS | {k: len(root) for k, root in self.teachers.roots.items()}
        channels = {layer: Compact.WIDTHS[layer[4]] for layer in LAYERS}
        self.heads = nn.ModuleDict(
            {layer: nn.Conv2d(channels[layer], widths[layer], 1) for layer in LAYERS}
        ).to(device)
        channels_last(self.network.convs)
        self.scale = self.measure_scale()
        parameters = [*self.network.convs.parameters(), *self.heads.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
        if config.checkpoint.exists():
            self._resume()

    def measure_scale(self) -> dict[str, float]:
        """The mean variance of the teachers' channels: layers then count alike."""
        x = self.inputs.batch(16, self.config.crop)
        targets = self.teachers(x, deep=True)
        scale = {k: float(t.var((0, 2, 3)).mean()) for k, t in targets.items()}
        for layer, target in targets.items():  # the heads begin at the mean
            mean = target.mean((0, 2, 3)) / math.sqrt(scale[layer])
            cast(Tensor, self.heads[layer].bias).data.copy_(mean)
            cast(Tensor, self.heads[layer].weight).data.mul_(0.1)
        return scale

    def run(self) -> Iterator[State]:
        """Yield the state every 20 steps, until the minutes are used up; then save and report."""
        config, state = self.config, self.state
        used, saved = state.minutes, state.minutes
        started = time.monotonic()
        while (done := state.minutes / config.minutes) < 1:
            warm = min(1.0, (state.step + 1) / 100)
            late = 0.5 * (1 + math.cos(math.pi * max(0.0, (done - 0.3) / 0.7)))
            self.optimizer.param_groups[0]["lr"] = config.learning_rate * warm * (0.02 + late)
            x = self.inputs.batch(config.batch, config.crop)
            loss = self.loss(x, deep=random.random() < config.deep_share)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], 5.0)
            self.optimizer.step()
            state.step += 1
            state.pictures += config.batch
            state.minutes = used + (time.monotonic() - started) / 60
            if state.minutes - saved >= config.save_minutes:
                saved = state.minutes
                self.save()
            if state.step % 20 == 0:
                yield state
        self.save()
        yield state

    def loss(self, x: Tensor, *, deep: bool) -> Tensor:
        """Unexplained variance of the features, and error of their Gram matrices, per layer."""
        targets = self.teachers(x, deep=deep)
        with torch.autocast(self.device.type, torch.bfloat16):
            found = self.network.walk(x, "relu5_1")
            mapped = {layer: self.heads[layer](found[layer]) for layer in targets}
        parts = []
        for layer, target in targets.items():
            target = target / math.sqrt(self.scale[layer])
            unexplained = ((mapped[layer] - target) ** 2).mean()
            # A Gram matrix says nothing of where: its error shows what is wrong everywhere.
            gram, wanted = (gram_and_mean(f)[0] for f in (mapped[layer].float(), target))
            energy = (wanted**2).sum((1, 2))
            error = (((gram - wanted) ** 2).sum((1, 2)) / energy.clamp(min=1e-6)).mean()
            parts.append(unexplained + self.config.gram_weight * error)
            self.state.note(**{layer: unexplained.item(), f"gram {layer[4:]}": error.item()})
        return torch.stack(parts).sum()

    def solve(self, pictures: int = 48) -> dict[str, Tensor]:
        """Least-squares heads [W b], C' x (C + 1), on fresh pictures of every kind."""
        sums: dict[str, list[Tensor]] = {}
        for _ in range(pictures // 4):
            x = self.inputs.batch(4, self.config.crop)
            targets = self.teachers(x, deep=False)
            with torch.no_grad(), torch.autocast(self.device.type, torch.bfloat16):
                found = self.network.walk(x, "relu5_1")
            for layer in STYLE_LAYERS:
                a, b = found[layer].float(), targets[layer]
                a = torch.cat([a, torch.ones_like(a[:, :1])], 1)
                a, b = (f.permute(1, 0, 2, 3).flatten(1) for f in (a, b))
                old = sums.get(layer, [0, 0])
                sums[layer] = [old[0] + a @ a.T / a.shape[1], old[1] + b @ a.T / a.shape[1]]
        heads = {}
        for layer, (aa, ba) in sums.items():
            ridge = 1e-4 * aa.diagonal().mean() * torch.eye(len(aa), device=aa.device)
            heads[layer] = torch.linalg.solve(aa + ridge, ba.T).T
        return heads

    def keep_metric(self, layer: str, head: Tensor) -> None:
        """The symmetric root of W^T W, of one energy for all layers: float16 has no room for VGG's
        hundreds."""
        head = head / math.sqrt(self.scale[layer] * len(head))
        values, vectors = torch.linalg.eigh(head.T @ head)
        root = vectors @ values.clamp(min=0).sqrt().diag() @ vectors.T
        self.network.metric[layer].data = root

    def report(self, heads: dict[str, Tensor]) -> dict[str, dict[str, dict[str, float]]]:
        """Explained variance, and relative Gram error, of each layer on each kind of picture that
        was held out."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for kind in KINDS:
            errors: dict[str, list[tuple[float, float, float]]] = {}
            for x in self.inputs.held_out(kind):
                targets = self.teachers(x, deep=False)
                with torch.no_grad(), torch.autocast(self.device.type, torch.bfloat16):
                    features = self.network.walk(x, "relu5_1")
                for layer in STYLE_LAYERS:
                    f, target = features[layer].float(), targets[layer]
                    f = torch.cat([f, torch.ones_like(f[:, :1])], 1)
                    mapped = F.conv2d(f, heads[layer][..., None, None])
                    gram, wanted = (gram_and_mean(y)[0] for y in (mapped, target))
                    errors.setdefault(layer, []).append(
                        (
                            float(((mapped - target) ** 2).mean((0, 2, 3)).sum()),
                            float(target.var((0, 2, 3)).sum()),
                            float(((gram - wanted) ** 2).sum() / (wanted**2).sum()),
                        )
                    )
            found[kind] = {}
            for layer, rows in errors.items():
                error, variance, gram_error = (sum(column) for column in zip(*rows, strict=True))
                found[kind][layer] = {
                    "explained": round(1 - error / variance, 4),
                    "gram": round(gram_error / len(rows), 5),
                }
        return found

    def save(self) -> None:
        """Checkpoint, and the network with its metric as float16 safetensors."""
        config, state = self.config, self.state
        config.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        kept = {"network": self.network, "heads": self.heads, "optimizer": self.optimizer}
        packed = {name: part.state_dict() for name, part in kept.items()}  # type: ignore[attr-defined]
        part = config.checkpoint.with_suffix(".part")
        torch.save(packed | {"state": vars(state)}, part)
        part.replace(config.checkpoint)
        heads = self.solve()
        report = self.report(heads)
        for layer, head in heads.items():
            self.keep_metric(layer, head)
        training = {"minutes": round(state.minutes, 1), "steps": state.step, "held_out": report}
        metadata = {
            "format": "webstyle.perceptual/1",
            "licence": "CC0-1.0",
            "training": json.dumps(training),
        }
        config.output.parent.mkdir(parents=True, exist_ok=True)
        weights = {k: v.detach().cpu().half() for k, v in self.network.state_dict().items()}
        save_file({k: v.contiguous() for k, v in weights.items()}, config.output, metadata)
        config.output.chmod(0o644)

    def _resume(self) -> None:
        kept = torch.load(self.config.checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["network"])
        self.heads.load_state_dict(kept["heads"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.state = State(**kept["state"])
