"""A recipe: everything that decides a picture besides the photo, as versioned JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from webstyle.engine.events import EngineError, UnknownError

VERSION = 1
PAINTING = "painting:"
TAUGHT = "taught:"
PHOTO = "photo"  # as a style with a mask: where the photo stays as it is
SIZES = (64, 16384)  # px on the long side, smallest and largest


def is_painting(style: str) -> bool:
    """Whether a recipe's style is a painting to be handed over, not a built-in style."""
    return style.startswith(PAINTING)


def is_taught(style: str) -> bool:
    """Whether a recipe's style is one that was taught here: see ``weights.taught_file``."""
    return style.startswith(TAUGHT)


def is_newer(data: dict[str, Any]) -> bool:
    """Whether a newer version of this program wrote a recipe. Older ones are read for ever."""
    version = data.get("version")
    return isinstance(version, int) and version > VERSION


@dataclass(frozen=True)
class Recipe:
    """``styles`` are (style, weight) pairs with weights above 0 that mix linearly.

    A style is the slug of a built-in one; or ``taught:NAME`` for one that was taught here; or
    ``painting:NAME`` for a painting that whoever drives the engine hands over under that name. A
    painting with an alpha channel counts where it is opaque: its style is that of a region.

    ``masks`` are (style, name) pairs: a style with a mask goes where the picture that is handed
    over under that name is white. The styles without one share what the masks leave; if there are
    none, that stays a photo. ``photo`` may have a mask too.

    ``size`` is the long side of the result in px; ``strength`` 0 is the photo, 1 the full style;
    ``keep_color`` takes only the luminance of the painted picture.
    """

    styles: tuple[tuple[str, float], ...]
    engine: str = "stylebank"
    size: int = 1024
    strength: float = 1.0
    keep_color: bool = False
    seed: int = 0
    params: dict[str, Any] = field(default_factory=dict)
    masks: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.styles:
            raise EngineError("no style: name at least one")
        for slug, weight in self.styles:
            if not 0 < weight <= 100:
                raise EngineError(
                    f"weight {weight:g} of style '{slug}' is out of range: use 0 < weight <= 100"
                )
        if not SIZES[0] <= self.size <= SIZES[1]:
            raise EngineError(f"size {self.size} is out of range: use {SIZES[0]} to {SIZES[1]} px")
        if not 0 <= self.strength <= 1:
            raise EngineError(f"strength {self.strength:g} is out of range: use 0 to 1")

        known = {PHOTO, *(style for style, _ in self.styles)}
        for style, _ in self.masks:
            if style not in known:
                raise EngineError(
                    f"mask for '{style}', which is not among the styles: add it there"
                )
            if [other for other, _ in self.masks].count(style) > 1:
                raise EngineError(f"two masks for '{style}': paint them into one")

    def shares(self) -> list[tuple[str, float]]:
        """The styles with weights that sum to one; a style named twice counts once."""
        total = sum(weight for _, weight in self.styles)
        shares: dict[str, float] = {}
        for slug, weight in self.styles:
            shares[slug] = shares.get(slug, 0.0) + weight / total
        return list(shares.items())

    def paintings(self) -> list[str]:
        """The names of the paintings that have to be handed over."""
        names = (style.removeprefix(PAINTING) for style, _ in self.styles if is_painting(style))
        return list(dict.fromkeys(names))

    def taught(self) -> list[str]:
        """The names of the taught styles, whose files have to be in their place."""
        names = (style.removeprefix(TAUGHT) for style, _ in self.styles if is_taught(style))
        return list(dict.fromkeys(names))

    def to_json(self) -> dict[str, Any]:
        data = {"version": VERSION, **asdict(self), "styles": [list(s) for s in self.styles]}
        data["masks"] = [list(mask) for mask in self.masks]
        return data if self.masks else {k: v for k, v in data.items() if k != "masks"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Recipe:
        """Raises UnknownError for a newer version or a field that this program does not know, and
        EngineError for what nobody knows."""
        if is_newer(data):
            raise UnknownError(
                f"recipe version {data['version']} is unknown: this program reads {VERSION}"
            )
        data = dict(data)
        version = data.pop("version", None)
        if version != VERSION:
            raise EngineError(
                f"recipe version {version!r} is unknown: this program reads {VERSION}"
            )
        try:
            styles = tuple((str(slug), float(weight)) for slug, weight in data.pop("styles"))
            masks = tuple((str(style), str(name)) for style, name in data.pop("masks", ()))
            if unknown := set(data) - {f.name for f in fields(cls)}:
                raise UnknownError(f"recipe cannot be read: its field '{min(unknown)}' is unknown")
            return cls(styles=styles, masks=masks, **data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, EngineError):
                raise
            raise EngineError(f"recipe cannot be read: {error}") from error
