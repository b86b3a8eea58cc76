"""Train StyleBank: the auto-encoder and its banks together, or new banks for a finished one.

Chen et al. 2017, section 3.3: T stylising steps (content + style + total variation, eq. 2 and 3),
then one auto-encoder step (the photo back, eq. 1). One painting a batch; gradients of a stylising
step reach its own bank and the auto-encoder. ``frozen=True`` is the paper's incremental training
(section 4.2): only banks learn.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from webstyle.engine.device import channels_last
from webstyle.engine.engines.stylebank import MARGIN, AutoEncoder, Bank, load_bank
from webstyle.engine.events import EngineError
from webstyle.engine.grain import GRAIN_SIDE
from webstyle.engine.perceptual import CONTENT_LAYER
from webstyle.engine.statistics import attach
from webstyle.engine.training.losses import Shares, Target, stylising_loss
from webstyle.engine.training.pictures import grainy, load_photos, load_picture, random_crop
from webstyle.engine.training.teacher import Teacher
from webstyle.engine.training.together import Team
from webstyle.engine.weights import FORMAT

BETAS = (0.9, 0.999)
ALONE = Team()


@dataclass(frozen=True)
class Painting:
    """A style to learn. ``size`` is the painting's short side in px: it sets the stroke size."""

    slug: str
    size: int = 512
    content_weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Painting:
        """SLUG, SLUG:SIZE or SLUG:SIZE:CONTENT."""
        slug, *rest = text.split(":")
        try:
            size, content = [*rest, *("512", "1.0")[len(rest) :]]
            return cls(slug, int(size), float(content))
        except ValueError:
            raise EngineError(f"style '{text}' is not SLUG[:SIZE[:CONTENT]]") from None


@dataclass(frozen=True)
class Config:
    """What decides a training run; paths are folders or files, times are minutes."""

    photos: Path
    paintings: Path
    styles: tuple[Painting, ...]
    slim: Path
    exact: Path | None
    output: Path
    checkpoint: Path
    minutes: float = 90
    batch: int = 2
    crops: tuple[tuple[float, int], ...] = ((0.0, 192), (0.5, 256))  # from this share on, px
    stylising_steps: int = 5  # the paper's T
    photo_share: float = 0.025  # of the time, at first, for the auto-encoder alone
    learning_rate: float = 2e-3  # of the banks; the auto-encoder's is a third
    shares: Shares = field(default_factory=Shares)  # a painting has its own of content
    identity_weight: float = 10.0
    save_minutes: float = 5
    frozen: bool = False
    seed: int = 0


@dataclass
class State:
    """One line of progress: smoothed losses of each style, and of the auto-encoder as 'photo'."""

    step: int = 0
    minutes: float = 0.0
    pictures: int = 0
    losses: dict[str, dict[str, float]] = field(default_factory=dict)
    sheet: Path | None = None

    def line(self, minutes: float) -> str:
        """Step, pace, time left, and losses: style/content/colour of each painting."""
        pace = self.pictures / max(1e-6, 60 * self.minutes)
        losses = " ".join(
            f"{name}:" + "/".join(f"{value:.2g}" for value in values.values())
            for name, values in self.losses.items()
        )
        left = max(0.0, minutes - self.minutes)
        return f"step {self.step}  {pace:.1f} pictures/s  {left:.1f} min left  {losses}"

    def note(self, name: str, **values: float) -> None:
        old = self.losses.setdefault(name, dict(values))
        for key, value in values.items():
            old[key] = 0.95 * old[key] + 0.05 * value


class Look(NamedTuple):
    """A batch of photos B x 3 x H x W, their features, and the teacher's content features."""

    photo: Tensor
    features: Tensor
    content: Tensor


def learning_rate(done: float, step: int, peak: float) -> float:
    """Warm-up over 50 steps, constant to half time, cosine to 3 %."""
    warm = min(1.0, (step + 1) / 50)
    late = max(0.0, (done - 0.5) / 0.5)
    return peak * warm * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1.0, late))))


class Network(torch.nn.Module):
    """What is learned: the auto-encoder and the banks by their slugs."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__()
        self.network = AutoEncoder()
        self.banks = torch.nn.ModuleDict({slug: Bank() for slug in slugs})

    def forward(self, x: Tensor, slug: str = "", offset: tuple[int, int] = (0, 0)) -> Tensor:
        """A picture: of features in a style, or of a photo as it is."""
        if slug:
            return self.network.decode(self.banks[slug](x, offset))
        return self.network.decode(self.network.encode(x))


class Trainer:
    """Everything a run holds; ``run`` is the loop to read."""

    def __init__(self, config: Config, device: torch.device, team: Team = ALONE) -> None:
        """``device`` is this process's own; ``team`` the processes that train together."""
        team.check_batch(config.batch)
        self.config, self.device, self.team, self.state = config, device, team, State()
        random.seed(config.seed)
        torch.manual_seed(config.seed)
        self.photos = load_photos(config.photos)
        self.held_out, self.photos = self.photos[-4:], self.photos[:-4]
        teacher = Teacher(config.slim, config.exact, device)
        seen = [p[None].to(device).float() / 255 for p in random.sample(self.photos, 24)]
        for style in config.styles:
            seen.append(
                load_picture(config.paintings / f"{style.slug}.jpg", 384)[None].to(device) / 255
            )
        teacher.fit_maps(seen)
        self.teacher = teacher
        self.paintings = {
            s.slug: load_picture(config.paintings / f"{s.slug}.jpg", s.size) for s in config.styles
        }
        self.targets = {slug: Target.of(x, teacher) for slug, x in self.paintings.items()}
        self.learned = Network([s.slug for s in config.styles]).to(device)
        channels_last(self.learned)
        self.network, self.banks = self.learned.network, self.learned.banks
        if config.frozen:
            self.network.load_state_dict(load_file(config.output / "autoencoder.safetensors"))
            self.network.requires_grad_(False)
            for slug, bank in self.banks.items():
                start = config.output / "styles" / f"{slug}.safetensors"
                if start.exists():  # one more round for a bank that is there
                    bank.load_state_dict(load_bank(start))
        groups = [{"params": list(self.banks.parameters()), "share": 1.0}]
        if not config.frozen:
            groups.append({"params": list(self.network.parameters()), "share": 1 / 3})
        self.optimizer = torch.optim.Adam(groups, lr=config.learning_rate, betas=BETAS, fused=True)
        if config.checkpoint.exists():
            self._resume()
        self.paint = team.wrap(self.learned)

    def run(self) -> Iterator[State]:
        """Yield the state every 20 steps and after each save, until the minutes are used up."""
        config, state = self.config, self.state
        queue: list[Painting] = []
        used, saved = state.minutes, state.minutes
        started = time.monotonic()
        while (done := self.team.agree(state.minutes) / config.minutes) < 1:
            alone = not config.frozen and done < config.photo_share
            for group in self.optimizer.param_groups:
                rate = learning_rate(done, state.step, config.learning_rate)
                # Alone, the auto-encoder learns fast and calms down before the banks join.
                share = 1.5 * (1.05 - done / config.photo_share) if alone else group["share"]
                group["lr"] = rate * share
            size = [px for share, px in config.crops if done >= share][-1]
            crops = [random_crop(self.photos, size + 2 * MARGIN) for _ in range(config.batch)]
            photo = self.team.part(torch.stack(crops)).to(self.device)
            photo_turn = state.step % (config.stylising_steps + 1) == 0 and not config.frozen
            if alone or photo_turn:
                self._learn(self.photo_loss(photo))
            elif config.frozen:  # the auto-encoder does not change: one look serves every bank
                seen = self.look(photo)
                for style in config.styles:
                    self._learn(self.style_loss(seen, style))
            else:
                if not queue:
                    queue = random.sample(config.styles, len(config.styles))
                self._learn(self.style_loss(self.look(photo), queue.pop()))
            state.minutes = used + (time.monotonic() - started) / 60
            state.sheet = None
            if state.minutes - saved >= config.save_minutes:
                saved = state.minutes
                self.save()
                yield state
            elif state.step % 20 == 0 or config.frozen:
                yield state
        self.save()
        yield state

    def _learn(self, loss: Tensor) -> None:
        """One step; banks that had no part in the loss stay as they are."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in self.optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 5.0)
        self.optimizer.step()
        self.state.step += 1
        self.state.pictures += self.config.batch

    def photo_loss(self, photo: Tensor) -> Tensor:
        """Eq. 1: without a bank the photo comes back (L1, which keeps edges sharper than L2)."""
        with torch.autocast(self.device.type, torch.bfloat16):
            result = self.paint(photo)
        loss = inner(result.float() - photo).abs().mean()
        self.state.note("photo", l1=loss.item())
        return self.config.identity_weight * loss

    def look(self, photo: Tensor) -> Look:
        """What every style asks of a batch of photos."""
        with torch.autocast(self.device.type, torch.bfloat16):
            # As in inference, the bank does not see what the encoder's zero padding spoilt.
            features = self.network.encode(grainy(photo))[..., 1:-1, 1:-1]
        photo = inner(photo)
        with torch.no_grad():
            content = self.teacher.features(photo, CONTENT_LAYER)[CONTENT_LAYER].float()
        return Look(photo, features, content)

    def style_loss(self, seen: Look, style: Painting) -> Tensor:
        """Eq. 2: content + style + total variation; and colours, and the range 0..1."""
        config, target = self.config, self.targets[style.slug]
        offset = random_offset()
        with torch.autocast(self.device.type, torch.bfloat16):
            result = self.paint(seen.features, style.slug, offset)
        result = inner(result.float(), MARGIN - 4)
        shares = replace(config.shares, content=style.content_weight)
        total, painted, content, colour = stylising_loss(
            result, seen.photo, seen.content, target, self.teacher, shares,
            usual=float((seen.content**2).mean()),
        )  # fmt: skip
        self.state.note(
            style.slug, style=painted.item(), content=content.item(), colour=colour.item()
        )
        return total

    def save(self) -> None:
        """Checkpoint, weights and a contact sheet."""
        if not self.team.leads:
            return
        config, state = self.config, self.state
        config.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        part = config.checkpoint.with_suffix(".part")
        torch.save(
            {
                "network": self.network.state_dict(),
                "banks": self.banks.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "state": {k: v for k, v in asdict(state).items() if k != "sheet"},
            },
            part,
        )
        part.replace(config.checkpoint)
        self.export()
        state.sheet = config.checkpoint.with_suffix(f".{state.minutes:05.1f}min.png")
        self.contact_sheet().save(state.sheet)

    def _resume(self) -> None:
        kept = torch.load(self.config.checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["network"])
        self.banks.load_state_dict(kept["banks"])
        self.optimizer.load_state_dict(kept["optimizer"])
        for group in self.optimizer.param_groups:
            group["betas"] = BETAS
        self.state = State(**kept["state"])

    def export(self) -> None:
        """float16 safetensors with what a visitor and a curator want to know in the metadata."""
        config, state = self.config, self.state
        (config.output / "styles").mkdir(parents=True, exist_ok=True)
        common = {"format": FORMAT, "licence": "CC0-1.0"}
        training = {"minutes": round(state.minutes, 1), "steps": state.step}
        if not config.frozen:
            training["l1"] = round(state.losses.get("photo", {}).get("l1", 0), 4)
            metadata = common | {"training": json.dumps(training)}
            path = config.output / "autoencoder.safetensors"
            save_file(half(self.network), path, metadata)
        known = {e["slug"]: e for e in json.loads((config.paintings / "manifest.json").read_text())}
        for style in config.styles:
            losses = state.losses.get(style.slug, {})
            figures = training | asdict(style) | {k: round(v, 4) for k, v in losses.items()}
            entry = known[style.slug]
            metadata = common | {k: str(entry[k]) for k in ("slug", "title", "artist", "year")}
            metadata |= {"painting": "public domain", "training": json.dumps(figures)}
            path = config.output / "styles" / f"{style.slug}.safetensors"
            save_file(half(self.banks[style.slug]), path, metadata)
            attach(path, Image.open(config.paintings / f"{style.slug}.jpg").convert("RGB"))

    def contact_sheet(self) -> Image.Image:
        """A row a style: the painting, then four photos the training never saw."""
        side = 288
        rows = []
        photos = torch.stack([p[:, :side, :side] for p in self.held_out]).to(self.device) / 255
        with torch.no_grad(), torch.autocast(self.device.type, torch.bfloat16):
            features = self.network.encode(photos)
            pictures = [("", self.network.decode(features))]
            pictures += [(slug, self.network.decode(b(features))) for slug, b in self.banks.items()]
        for slug, row in pictures:
            first = photos[:1]
            if slug:
                first = self.paintings[slug][None].to(self.device).float() / 255
                first = F.interpolate(first, size=(side, side), mode="bilinear", antialias=True)
            cells = torch.cat([first, row.float()]).clamp(0, 1)
            rows.append(torch.cat(list(cells), 2))
        sheet = torch.cat(rows, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
        return Image.fromarray(sheet)


def random_offset() -> tuple[int, int]:
    """Of a bank's noise: another at each step."""
    return random.randrange(GRAIN_SIDE), random.randrange(GRAIN_SIDE)


def inner(x: Tensor, margin: int = MARGIN) -> Tensor:
    """Without the margin that zero padding may have spoilt."""
    return x[..., margin:-margin, margin:-margin]


def half(module: torch.nn.Module) -> dict[str, Tensor]:
    return {k: v.detach().cpu().half().contiguous() for k, v in module.state_dict().items()}
