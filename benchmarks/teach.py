"""How fast a style is taught: style and content against minutes, judged by the teachers.

Eight photographs that no lesson sees are painted at 512 px at several times of each lesson (its
clock stands still meanwhile) and judged by the teachers' features, not by the network that teaches.
``--joint`` is a folder of weights in which the same paintings were trained together with the
auto-encoder by ``manage.py train_stylebank``: what a lesson is measured against. Needs the
teachers' weights, paintings and photographs, which are not in the repository:

    python -m benchmarks.teach --teachers FOLDER --paintings FOLDER --photos FOLDER olive-trees

It prints a line of JSON each; ``--draw FILES --plot PICTURE`` draws what was printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.judge import CPU, Judge
from webstyle.engine.device import tune_cpu
from webstyle.engine.engines.stylebank import AutoEncoder, Bank, Encoded, Painter
from webstyle.engine.images import fit
from webstyle.engine.training.pictures import load_picture, open_rgb
from webstyle.engine.training.teaching import PHOTO_SIDE, Lesson, Pupil

SIZE = 512
MARKS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)  # minutes


@dataclass
class Report:
    """Pictures of one painting's style, judged and told in a line each."""

    judge: Judge
    slug: str
    painting: Image.Image
    photos: list[Image.Image]
    save: Path | None
    start: str

    def tell(self, what: str, pictures: list[Image.Image], **more: object) -> None:
        found = [
            self.judge.judge(picture, photo, self.painting)
            for picture, photo in zip(pictures, self.photos, strict=True)
        ]
        style, content = (round(statistics.mean(values), 4) for values in zip(*found, strict=True))
        told = {"painting": self.slug, "from": self.start, "what": what, "style": style,
                "content": content, **more}  # fmt: skip
        print(json.dumps(told), flush=True)
        if self.save:
            for number, picture in enumerate(pictures):
                picture.save(self.save / f"{self.slug}-{what}-{number}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("slugs", nargs="*", help="paintings, by the names of their files")
    add("--teachers", type=Path)
    add("--paintings", type=Path)
    add("--photos", type=Path, help="folder with photographs to paint")
    add("--joint", type=Path, help="weights of a joint training: autoencoder and styles/")
    add("--minutes", type=float, default=8)
    add("--start", default="nearest", help="nearest, noise, farthest, or a style")
    add("--samples", type=int, default=None, help="learn from so many of the sample photographs")
    add("--learn-from", type=Path, help="learn from a folder of photographs instead")
    add("--save", type=Path, help="folder for the pictures")
    add("--draw", type=Path, nargs="*", default=[], help="files with what was printed")
    add("--plot", type=Path, help="the picture to draw it in")
    options = parser.parse_args()
    if options.plot:
        plot([json.loads(line) for file in options.draw for line in file.open()], options.plot)
        return
    tune_cpu()
    judge = Judge(options.teachers)
    photos = [fit(open_rgb(path), SIZE) for path in sorted(options.photos.iterdir())]
    for slug in options.slugs:
        painting = open_rgb(options.paintings / f"{slug}.jpg")
        report = Report(judge, slug, fit(painting, SIZE), photos, options.save, options.start)
        if options.joint:
            report.tell("joint", joint(options.joint, slug, photos))
        pupil = Pupil([painting], Lesson(slug, minutes=options.minutes), [], CPU)
        if options.learn_from:
            pupil.photos = [
                load_picture(path, PHOTO_SIDE) for path in sorted(options.learn_from.iterdir())
            ]
        pupil.photos = pupil.photos[: options.samples]
        begin(pupil, options.start)
        report.tell("start", [pupil.paint(photo) for photo in photos], begun=pupil.start)
        for minutes in [m for m in MARKS if m < options.minutes] + [options.minutes]:
            while pupil.seconds < 60 * minutes:
                pupil.learn()
            report.tell(f"{minutes:g}", [pupil.paint(p) for p in photos], steps=pupil.step)


def begin(pupil: Pupil, start: str) -> None:
    """From ``start``; the average of random weights alone would be none."""
    if start == "noise":
        pupil.average.load_state_dict(pupil.bank.state_dict())
        return
    distances = pupil.distances()
    order = sorted(distances, key=distances.__getitem__)
    pupil.begin({"nearest": order[0], "farthest": order[-1]}.get(start, start))


def joint(folder: Path, slug: str, photos: list[Image.Image]) -> list[Image.Image]:
    """What a joint training's auto-encoder and bank paint."""
    painter = Painter(CPU)
    painter.network = painter._load(AutoEncoder(), folder / "autoencoder.safetensors")
    bank = painter._load(Bank(), folder / "styles" / f"{slug}.safetensors")
    seen = [painter.encode(photo) for photo in photos]
    return [painter.decode(Encoded(bank(x.features), x.size)) for x in seen]


def plot(told: list[dict[str, Any]], path: Path) -> None:
    """Style and content against minutes; the joint training's as a line across."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    colours = {"nearest": "#b4532a", "farthest": "#2a6fb4", "noise": "#7a8f3c"}
    slugs = list(dict.fromkeys(line["painting"] for line in told))
    figure, axes = plt.subplots(2, len(slugs), figsize=(3.4 * len(slugs), 5.4), sharex=True)
    for column, slug in enumerate(slugs):
        lines = [line for line in told if line["painting"] == slug]
        for row, loss in enumerate(("style", "content")):
            axis = axes[row][column]
            for line in lines:
                if line["what"] == "joint":
                    axis.axhline(line[loss], color="#888888", linestyle="--", label="joint")
            taught = [line for line in lines if line["what"] not in ("joint", "start")]
            for start in dict.fromkeys(line["from"] for line in taught):
                points = [(float(x["what"]), x[loss]) for x in taught if x["from"] == start]
                colour = colours.get(start, "#000000")
                axis.plot(*zip(*points, strict=True), "o-", color=colour, label=f"from {start}")
            axis.set_xscale("log", base=2)
            axis.xaxis.set_major_formatter("{x:g}")
            axis.set_ylim(0, 1.08 * max(line[loss] for line in lines if line["what"] != "start"))
            axis.grid(alpha=0.2)
        axes[0][column].set_title(slug, fontsize=9)
        axes[0][column].legend(frameon=False, fontsize=8)
        axes[1][column].set_xlabel("minutes taught")
    axes[0][0].set_ylabel("style loss, teachers")
    axes[1][0].set_ylabel("content loss, teachers")
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
