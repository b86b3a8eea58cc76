"""Our optimisation beside the textbook recipe, over five pairs of photo and painting, in one run.

The textbook: Gatys et al. 2016 on the same perceptual network: from the photo, at one size, L-BFGS
over pixels, 500 iterations, float32. Pictures are kept on the way (the clock stands still
meanwhile) and judged afterwards by the teachers' features, not by the network that was optimised.
Needs the teachers' weights and the paintings, which are not in the repository:

    make bench-optimise TEACHERS=FOLDER PAINTINGS=FOLDER
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from benchmarks.judge import Judge
from webstyle.engine.device import pick_device, tune_cpu
from webstyle.engine.engines.gatys import Gatys
from webstyle.engine.events import Result
from webstyle.engine.images import fit
from webstyle.engine.objective import to_picture
from webstyle.engine.perceptual import CONTENT_LAYER, get_perceptual
from webstyle.engine.recipe import Recipe
from webstyle.engine.samples import sample_path
from webstyle.engine.statistics import grams_of, to_tensor
from webstyle.engine.training.pictures import open_rgb

SIZE = 512
PAIRS = (
    ("astronaut.png", "starry-night"),
    ("coffee.png", "the-scream"),
    ("chelsea.png", "udnie"),
    ("rocket.jpg", "wheat-field"),
    ("astronaut.png", "composition-vii"),
)
TEXTBOOK_ITERATIONS, TEXTBOOK_CONTENT = 500, 0.3  # content weight to 1 for style
CPU = pick_device("cpu")


@dataclass
class Run:
    """Seconds of work and the picture there was then."""

    name: str
    seconds: list[float] = field(default_factory=list)
    pictures: list[Image.Image] = field(default_factory=list)
    style: list[float] = field(default_factory=list)
    content: list[float] = field(default_factory=list)

    def keep(self, seconds: float, picture: Image.Image) -> None:
        self.seconds.append(seconds)
        self.pictures.append(picture)


def judge_run(judge: Judge, run: Run, photo: Image.Image, painting: Image.Image) -> None:
    for picture in run.pictures:
        style, content = judge.judge(picture, photo, painting)
        run.style.append(style)
        run.content.append(content)


def textbook(photo: Image.Image, painting: Image.Image) -> Run:
    """One size, L-BFGS over the pixels, from the photo."""
    network = get_perceptual("compact", CPU, torch.float32)
    run, clock = Run("textbook"), Clock()
    target = grams_of(painting, network, SIZE)
    x = to_tensor(photo, CPU)
    with torch.no_grad():
        content = network.features(x, CONTENT_LAYER)[CONTENT_LAYER]
    energy = (content**2).mean()
    x.requires_grad_()
    optimizer = torch.optim.LBFGS(
        [x], max_iter=1, history_size=10, tolerance_grad=0, tolerance_change=0
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        features = network.features(x)
        grams = network.grams(features)
        style = sum(((grams[k][0] - g) ** 2).sum() / (g**2).sum() for k, g in target.items())
        error = ((features[CONTENT_LAYER] - content) ** 2).mean() / energy
        loss = style + TEXTBOOK_CONTENT * error
        loss.backward()
        return loss

    for iteration in range(1, TEXTBOOK_ITERATIONS + 1):
        optimizer.step(closure)  # type: ignore[arg-type]
        if iteration in (5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500):
            with clock.stopped():
                run.keep(clock.seconds, to_picture(x))
    return run


class Clock:
    """Seconds of work."""

    def __init__(self) -> None:
        self.began, self.lost = time.perf_counter(), 0.0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began - self.lost

    def stopped(self) -> Clock:
        return self

    def __enter__(self) -> None:
        self.stop = time.perf_counter()

    def __exit__(self, *args: object) -> None:
        self.lost += time.perf_counter() - self.stop


def ours(photo: Image.Image, recipe: Recipe, painting: Image.Image, name: str) -> Run:
    run, clock = Run(name), Clock()
    told = 0.0
    for event in Gatys().run(photo, recipe, device=CPU, paintings={"own": painting}):
        with clock.stopped():
            if isinstance(event, Result):
                run.keep(clock.seconds, event.picture)
            elif event.keep and clock.seconds > told:
                run.keep(clock.seconds, event.keep().picture)
                told = clock.seconds + 0.4
    return run


def runs(judge: Judge, photo_name: str, slug: str, paintings: Path) -> Iterator[Run]:
    photo = fit(open_rgb(sample_path(photo_name)), SIZE)
    painting = open_rgb(paintings / f"{slug}.jpg")
    judged = fit(painting, SIZE)
    cold = Recipe(styles=(("painting:own", 1.0),), engine="gatys", size=SIZE)
    warm = Recipe(styles=((slug, 1.0),), engine="gatys", size=SIZE)
    for run in (
        ours(photo, cold, painting, "ours"),
        ours(photo, warm, painting, "ours, warm"),
        textbook(photo, painting),
    ):
        judge_run(judge, run, photo, judged)
        yield run


def at(run: Run, seconds: float) -> tuple[float, float]:
    """Style and content of the last picture there was by then; of the first, if there was none."""
    last = max([i for i, s in enumerate(run.seconds) if s <= seconds], default=0)
    return run.style[last], run.content[last]


def plot(found: list[tuple[str, list[Run]]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    colours = {"textbook": "#888888", "ours": "#b4532a", "ours, warm": "#2a6fb4"}
    figure, axes = plt.subplots(2, len(found), figsize=(3.2 * len(found), 5.6), sharex=True)
    for column, (title, pair) in enumerate(found):
        for row, what in enumerate(("style", "content")):
            axis = axes[row][column]
            for run in pair:
                axis.plot(run.seconds, getattr(run, what), color=colours[run.name], label=run.name)
            axis.set_xscale("log")
            axis.set_yscale("log")
            axis.grid(alpha=0.2)
        axes[0][column].set_title(title, fontsize=9)
        axes[1][column].set_xlabel("seconds")
    axes[0][0].set_ylabel("style loss, teachers")
    axes[1][0].set_ylabel("content loss, teachers")
    axes[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=Path, required=True)
    parser.add_argument("--paintings", type=Path, required=True)
    parser.add_argument("--plot", type=Path, help="an .svg file")
    parser.add_argument("--pictures", type=Path, help="a folder for the finished pictures")
    options = parser.parse_args()
    tune_cpu()
    judge = Judge(options.teachers)
    # Warm up: the first pictures of a process wait for memory and for kernels to be made.
    warm_up = Recipe(styles=(("udnie", 1.0),), engine="gatys", size=SIZE, params={"iterations": 5})
    for _ in Gatys().run(Image.new("RGB", (SIZE, SIZE), "grey"), warm_up, device=CPU):
        pass
    found = []
    ratios: dict[str, list[tuple[float, float]]] = {"ours": [], "ours, warm": []}
    print("| photo, painting | recipe | seconds | style | content | in | style | content |")
    print("|---|---|---|---|---|---|---|---|")
    for photo, slug in PAIRS:
        pair = list(runs(judge, photo, slug, options.paintings))
        title = f"{Path(photo).stem}, {slug}"
        found.append((title, pair))
        book = pair[-1]
        for run, share in zip(pair, (10, 20, 1), strict=True):
            limit = book.seconds[-1] / share
            style, content = at(run, limit)
            print(
                f"| {title} | {run.name} | {run.seconds[-1]:.1f} | {run.style[-1]:.4f} "
                f"| {run.content[-1]:.3f} | {limit:.1f} s | {style:.4f} | {content:.3f} |",
                flush=True,
            )
            if run is not book:
                ratios[run.name].append((style / book.style[-1], content / book.content[-1]))
            if options.pictures:
                options.pictures.mkdir(parents=True, exist_ok=True)
                name = f"{Path(photo).stem}-{slug}-{run.name.replace(', ', '-')}.png"
                run.pictures[-1].save(options.pictures / name)
    for name, share in (("ours", 10), ("ours, warm", 20)):
        style, content = (statistics.median(column) for column in zip(*ratios[name], strict=True))
        print(
            f"{name}: in 1/{share} of the textbook's time {style:.2f} times its final style loss "
            f"and {content:.2f} times its content loss (medians)"
        )
    if options.plot:
        plot(found, options.plot)


if __name__ == "__main__":
    main()
