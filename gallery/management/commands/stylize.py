"""Paint one photo from the command line."""

from __future__ import annotations

import dataclasses
import json
import time
from argparse import ArgumentParser, BooleanOptionalAction
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from PIL import Image

from gallery.management.console import check_writable, draw, write
from gallery.provenance.certificate import certificate
from gallery.provenance.stamp import NAMELESS
from webstyle.engine import images, watermark
from webstyle.engine.credentials import Claims, signed
from webstyle.engine.events import EngineError, Result
from webstyle.engine.recipe import PAINTING, TAUGHT, Recipe, is_painting, is_taught
from webstyle.engine.registry import Engine, engine_names, get_engine, make_params
from webstyle.engine.weights import get_style


def style_share(text: str) -> tuple[str, float]:
    """SLUG or SLUG:WEIGHT; also taught:NAME and taught:NAME:WEIGHT."""
    own = TAUGHT if is_taught(text) else ""
    slug, colon, weight = text.removeprefix(own).partition(":")
    slug = own + slug
    try:
        return slug, float(weight) if colon else 1.0
    except ValueError:
        raise EngineError(
            f"weight '{weight}' of style '{slug}' is not a number: write it as in {slug}:0.5"
        ) from None


def style_image(text: str) -> tuple[Path, float]:
    """FILE or FILE:WEIGHT; a file whose own name ends like that is taken as it is."""
    path, colon, weight = text.rpartition(":")
    if not colon or Path(text).exists():
        return Path(text), 1.0
    try:
        return Path(path), float(weight)
    except ValueError:
        return Path(text), 1.0


def style_mask(text: str) -> tuple[str, Path]:
    """SLUG=FILE."""
    slug, equals, path = text.partition("=")
    if not (slug and equals and path):
        raise EngineError(f"--mask '{text}' cannot be read: write it as in starry-night=SKY.png")
    return slug, Path(path)


def given_params(engine: type[Engine], options: dict[str, Any]) -> dict[str, Any]:
    """Those that were named on the command line; one of another engine is refused."""
    own = {field.name for field in dataclasses.fields(engine.Params)}  # type: ignore[arg-type]
    others = {
        field.name
        for name in engine_names()
        for field in dataclasses.fields(get_engine(name).Params)  # type: ignore[arg-type]
    }
    given = {name: options[name] for name in own | others if options[name] is not None}
    if foreign := sorted(set(given) - own):
        flag = foreign[0].replace("_", "-")
        raise EngineError(f"--{flag} means nothing to engine '{engine.name}': leave it out")
    return given


def claims_of(recipe: Recipe, engine: type[Engine], picture: Image.Image) -> Claims:
    """The names of files are not told, of styles that were taught here neither."""
    styles = []
    for name, _ in recipe.styles:
        if is_taught(name) or is_painting(name):
            styles.append(("A style of their own" if is_taught(name) else "A painting", ""))
        else:
            styles.append((get_style(name).title, get_style(name).artist))
    marked = watermark.holds_one(picture.size)
    return Claims(engine.name, engine.title, tuple(styles), datetime.now(UTC), marked)


class Command(BaseCommand):
    help = "Paint PHOTO in one style, or several mixed linearly, and write OUT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("photo", type=Path)
        parser.add_argument("-o", "--output", type=Path, required=True,
                            help="the picture to write: .jpg, .png or .webp")  # fmt: skip
        parser.add_argument("--style", action="append", default=[], metavar="SLUG[:WEIGHT]",
                            help="see `manage.py styles`; repeat to mix")  # fmt: skip
        parser.add_argument("--style-image", action="append", default=[], metavar="FILE[:WEIGHT]",
                            help="any painting as a style, with --engine gatys")  # fmt: skip
        parser.add_argument("--mask", action="append", default=[], metavar="SLUG=FILE",
                            help="keep a style to where FILE is white; photo=FILE keeps the photo "
                                 "there")  # fmt: skip
        parser.add_argument("--engine", default=Recipe.engine,
                            help=f"{' or '.join(engine_names())} (%(default)s)")  # fmt: skip
        parser.add_argument("--seed", type=int, default=Recipe.seed)
        for name in engine_names():
            self.add_params(parser, name)
        parser.add_argument("--size", type=int, default=Recipe.size,
                            help="long side of the result in px (default %(default)s)")  # fmt: skip
        parser.add_argument("--strength", type=float, default=Recipe.strength,
                            help="0 is the photo, 1 the style (default %(default)s)")  # fmt: skip
        parser.add_argument("--keep-color", action="store_true", help="keep the photo's colours")
        parser.add_argument("--provenance", action=BooleanOptionalAction,
                            default=settings.PROVENANCE,
                            help="mark and sign it (default: as PROVENANCE says)")  # fmt: skip
        parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def add_params(self, parser: ArgumentParser, name: str) -> None:
        """A flag for each parameter of an engine, from its ``Params``."""
        group = parser.add_argument_group(f"with --engine {name}")
        for field in dataclasses.fields(get_engine(name).Params):  # type: ignore[arg-type]
            flag = f"--{field.name.replace('_', '-')}"
            text = f"{field.metadata['help'] or field.metadata['label']} (default {field.default})"
            kind: dict[str, Any] = {"type": type(field.default)}
            if isinstance(field.default, bool):
                kind = {"action": BooleanOptionalAction}
            group.add_argument(flag, dest=field.name, default=None, help=text, **kind)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self.paint(**options)
        except EngineError as error:
            self.stderr.write(str(error))
            raise SystemExit(2) from None
        except MemoryError:
            self.stderr.write(f"not enough memory for {options['size']} px: use a smaller --size")
            raise SystemExit(2) from None
        if options["json"]:
            self.stdout.write(json.dumps(report))

    def paint(self, *, photo: Path, output: Path, **options: Any) -> dict[str, Any]:
        engine = get_engine(options["engine"])
        images_of = [style_image(text) for text in options["style_image"]]
        if images_of and not engine.takes_paintings:
            raise EngineError(
                f"{images_of[0][0]}: engine '{engine.name}' takes no paintings, add --engine gatys"
            )
        if not options["style"] and not images_of:
            raise EngineError("no style: name one with --style or, for gatys, --style-image")
        masks = [style_mask(text) for text in options["mask"]]
        if masks and not engine.takes_masks:
            raise EngineError(f"{masks[0][1]}: engine '{engine.name}' takes no masks, leave it out")
        names = {f"{PAINTING}{i}": image for i, image in enumerate(images_of, 1)}
        shares = [style_share(text) for text in options["style"]]
        shares += [(name, weight) for name, (_, weight) in names.items()]
        recipe = Recipe(
            styles=tuple(shares),
            engine=engine.name,
            size=options["size"],
            strength=options["strength"],
            keep_color=options["keep_color"],
            seed=options["seed"],
            params=given_params(engine, options),
            masks=tuple((style, str(path)) for style, path in masks),
        )
        make_params(engine, recipe.params)
        kind = output.suffix.lower().lstrip(".").replace("jpeg", "jpg")
        if kind not in images.ENCODINGS:
            raise EngineError(f"{output}: unknown kind of picture, end it with .jpg, .png or .webp")
        check_writable(output)
        content = images.decode(photo, str(photo))
        paintings = {
            name.removeprefix(PAINTING): images.decode(path, str(path))
            for name, (path, _) in names.items()
        }
        regions = {str(path): images.decode(path, str(path)) for _, path in masks}
        from webstyle.engine.device import pick_device, tune_cpu  # torch, only when needed
        from webstyle.engine.fallback import Fallback

        tune_cpu()
        device = pick_device(options["device"])
        began = time.monotonic()
        work = Fallback(
            engine(), content, recipe, device=device, paintings=paintings, masks=regions
        )
        for event in work.run():
            if isinstance(event, Result):
                picture, figures = event.picture, event.figures
            else:
                draw(event)
        seconds = time.monotonic() - began
        draw(None)
        if options["provenance"]:
            picture = watermark.mark(picture, NAMELESS)
        data = images.encode(picture, kind, quality=95)
        if options["provenance"]:
            claims = claims_of(recipe, engine, picture)
            data = signed(data, kind, claims, certificate())
        write(output, data)
        return {
            "output": str(output),
            "size": list(picture.size),
            "styles": {
                str(names[style][0]) if style in names else style: share
                for style, share in recipe.shares()
            },
            "engine": recipe.engine,
            "seconds": round(seconds, 3),
            "device": str(device),
            **figures,
        }
