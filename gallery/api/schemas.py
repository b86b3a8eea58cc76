"""What goes in and comes out, as the OpenAPI document tells it.

What comes in is strict: a name that is not known, or a number written as a text, is a mistake of
the program that sends it, and it had better hear of it.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gallery import mixing
from gallery.api import idempotency
from gallery.community.models import MAX_PICTURES, TITLE, WORDS
from gallery.forms import MAX_STYLES, SIZES, YEARS
from gallery.job import Job as JobRow
from gallery.models import Album as AlbumRow
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import engine_names

UUID_AS = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
STATES = tuple(JobRow.State.values)
VISIBILITIES = tuple(AlbumRow.Visibility.values)
ENGINES: Any = {"enum": engine_names()}
PIXELS = tuple(px for px, __ in SIZES)


def as_written(value: Any) -> Any:
    if not isinstance(value, str) or not UUID_AS.match(value):
        raise ValueError("write it as in 6f1c1c1e-3b0a-4c1f-9f43-1de6c1c0a2b4")
    return value


Id = Annotated[UUID, BeforeValidator(as_written)]
Ref = Annotated[str, Field(min_length=1, max_length=100)]
Yes = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Part = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(strict=True, ge=0.01, le=1, allow_inf_nan=False)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Error(BaseModel):
    """Every refusal."""

    error: str = Field(description="What is wrong, and what helps.")
    fields: dict[str, list[str]] = Field({}, description="What is wrong with which value.")


# --- What comes out


class Upload(BaseModel):
    id: UUID
    title: str
    width: int
    height: int
    colour: str = Field(description="The mean colour, as #rrggbb.")
    view: str
    thumb: str


class Photo(Upload):
    api: str = Field(description="Its own address in this API.")
    url: str = Field(description="Its page.")


class Painting(Upload):
    api: str = Field(description="Its own address in this API.")
    ref: str = Field(description="Its name as a style.")
    artist: str
    public: bool
    region: bool = Field(description="Whether only a part of it counts.")


class Mask(Upload):
    """Where on a photo a style goes: white is all of it, black nothing."""


class Style(BaseModel):
    ref: str = Field(description="Its name in a rendering.")
    title: str
    artist: str
    year: int = Field(description="0 where it is unknown.")
    kind: Literal["built-in", "own", "shared"]
    colour: str
    hue: int
    card: str | None = Field(description="A photograph painted in it.")
    url: str | None = Field(description="Its page.")


class Engine(BaseModel):
    name: str
    title: str
    lane: str = Field(description="fast takes about a second, slow a minute.")
    takes_paintings: bool
    takes_masks: bool
    params: dict[str, Any] = Field(description="JSON Schema of its parameters.")


class StyleShare(BaseModel):
    slug: str
    title: str
    artist: str
    weight: float
    share: float
    region: bool = Field(description="Whether a mask keeps it to a part of the photo.")


class Job(BaseModel):
    """Work, from the wish to the result: all of its state, never a difference."""

    id: UUID
    api: str = Field(description="Its own address in this API.")
    kind: Literal["picture", "style"]
    url: str = Field(description="Its page.")
    state: Literal[STATES]  # type: ignore[valid-type]
    position: int = Field(description="How many are waiting ahead of it.")
    step: int
    total: int
    eta: float | None = Field(description="Seconds left, from the pace so far.")
    seq: int = Field(description="Grows with every change.")
    preview: str | None
    thumb: str | None
    width: int
    height: int
    colour: str
    stage: str
    error: str
    note: str = Field(description="What could not be had as it was meant to be, as memory.")
    title: str
    engine_title: str
    public: bool
    pausable: bool
    keepable: bool
    pause_requested: bool
    keep_requested: bool
    cancel_requested: bool
    curve: list[Any] = Field(description="Losses over time, while it is under way.")
    created: datetime


class Rendering(Job):
    """One picture of one photo."""

    kind: Literal["picture"]
    alt: str = Field(description="For those who cannot see it.")
    styles: list[StyleShare]
    photo: UUID
    studio: str
    view: str | None
    engine: str
    params: dict[str, Any] = Field(description="Those that are not left as they are.")
    size: int
    strength: float
    keep_color: bool


class TaughtStyle(Job):
    """A style that was taught here."""

    kind: Literal["style"]
    ref: str
    view: str | None
    artist: str
    year: int
    minutes: float
    figures: dict[str, Any]
    download: str | None


class Jobs(BaseModel):
    jobs: list[Rendering | TaughtStyle]


class Mix(BaseModel):
    query: str
    url: str = Field(description="Whoever opens it tries the mixture on a photo of their own.")


class Album(BaseModel):
    id: UUID
    api: str = Field(description="Its own address in this API.")
    url: str = Field(description="Its page.")
    title: str
    description: str
    visibility: Literal[VISIBILITIES]  # type: ignore[valid-type]
    cover: UUID | None = Field(description="The picture on its card.")
    count: int = Field(description="Of pictures in it, as far as you may see them.")
    created: datetime


class AlbumWithPictures(Album):
    pictures: list[Rendering]


class Published(BaseModel):
    published: int = Field(description="How many were not shown yet.")


class Added(BaseModel):
    added: int = Field(description="How many were not in it yet.")


class Photos(BaseModel):
    items: list[Photo]
    next: str | None


class Paintings(BaseModel):
    items: list[Painting]
    next: str | None


class Styles(BaseModel):
    items: list[Style]
    next: str | None


class TaughtStyles(BaseModel):
    items: list[TaughtStyle]
    next: str | None


class Renderings(BaseModel):
    items: list[Rendering]
    next: str | None


class Albums(BaseModel):
    items: list[Album]
    next: str | None


# --- What comes in


class Weighted(In):
    style: Ref = Field(description="A style's ref, a painting's too.")
    weight: Weight = Field(1.0, description="Against the others, to a whole percent.")


class Masked(In):
    style: Ref = Field(description="A style's ref; or photo: there it stays a photo.")
    mask: Id


class Look(In):
    """How a photo is to be painted: defaults that give a good picture, and styles to choose."""

    styles: list[Weighted] = Field([], max_length=MAX_STYLES, description="Mixed by weight.")
    engine: str = Field(
        Recipe.engine, json_schema_extra=ENGINES, description="The method of painting."
    )
    size: Literal[PIXELS] = Field(  # type: ignore[valid-type]
        Recipe.size, description="Long side of the result in px."
    )
    strength: Part = Field(Recipe.strength, description="0 is the photo, 1 the full style.")
    keep_color: Yes = Field(Recipe.keep_color, description="The photo keeps its colours.")
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = Field(
        Recipe.seed, description="Of what is left to chance."
    )
    params: dict[str, Any] = Field({}, description="Of the engine, each with its own.")
    masks: list[Masked] = Field([], max_length=MAX_STYLES + 1, description="Regions.")


class RecipeIn(In):
    """As /renderings/{id}/recipe gives it."""

    version: Literal[1]
    styles: list[tuple[Ref, Annotated[float, Field(strict=True, gt=0, le=100)]]] = Field(
        min_length=1, max_length=MAX_STYLES
    )
    engine: str = Field(Recipe.engine, json_schema_extra=ENGINES)
    size: Literal[PIXELS] = Recipe.size  # type: ignore[valid-type]
    strength: Part = Recipe.strength
    keep_color: Yes = Recipe.keep_color
    seed: Annotated[Whole, Field(ge=0, le=2**31 - 1)] = Recipe.seed
    params: dict[str, Any] = {}
    masks: list[tuple[Ref, Id]] = Field([], max_length=MAX_STYLES + 1)


class RenderingIn(Look):
    """With ``recipe`` or ``remix_of`` the other values are left out."""

    photo: Id = Field(description="One of yours.")
    recipe: RecipeIn | None = Field(None, description="As /renderings/{id}/recipe gives it.")
    remix_of: Id | None = Field(None, description="A picture whose recipe is taken.")


class PublishIn(In):
    show_photo: Yes = Field(False, description="Whether the photo is shown beside it.")


class PaintingIn(In):
    """What is sent is changed."""

    title: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    artist: Annotated[str, Field(max_length=120)] | None = None
    public: Yes | None = Field(None, description="Others may see and use it: scope publish.")


class TaughtIn(PaintingIn):
    year: Annotated[Whole, Field(ge=YEARS[0], le=YEARS[1])] | None = None


class MixIn(In):
    styles: list[Weighted] = Field(min_length=1, max_length=4)
    strength: Part = 1.0
    keep_color: Yes = False
    size: Literal[PIXELS] = Recipe.size  # type: ignore[valid-type]


class StillIn(MixIn):
    photo: Id
    size: Literal[mixing.SIZES] = 512  # type: ignore[valid-type]


class AlbumNew(In):
    title: Annotated[str, Field(min_length=1, max_length=TITLE)]
    description: Annotated[str, Field(max_length=WORDS)] = ""
    visibility: Literal[VISIBILITIES] = "private"  # type: ignore[valid-type]
    pictures: list[Id] = Field([], max_length=MAX_PICTURES)


class AlbumIn(In):
    """What is sent is changed. To show it to others takes the scope publish."""

    title: Annotated[str, Field(min_length=1, max_length=TITLE)] | None = None
    description: Annotated[str, Field(max_length=WORDS)] | None = None
    visibility: Literal[VISIBILITIES] | None = None  # type: ignore[valid-type]
    cover: Id | None = Field(None, description="One of its pictures.")


class Pictures(In):
    pictures: list[Id] = Field(min_length=1, max_length=MAX_PICTURES)


# --- The document


def wrong(*statuses: int) -> dict[int, type[Error]]:
    """The refusals of an operation, besides those of every one."""
    return dict.fromkeys((401, 403, 429, *statuses), Error)


ITS = wrong(404)  # of one thing
BODY = wrong(400, 404, 413, 415, 422)  # of JSON that is sent
LIST = wrong(422)
KEYED: dict[str, Any] = {"parameters": [idempotency.PARAMETER]}
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself: no form. Or a file that came in pieces (tus 1.0, at "
        "/uploads/).",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {
                "schema": {
                    "type": "object", "required": ["upload"],
                    "properties": {"upload": {"type": "string", "format": "uuid"}},
                }
            },
        },
    },
    "parameters": [
        idempotency.PARAMETER,
        {
            "name": "X-Filename", "in": "header", "required": False,
            "schema": {"type": "string"},
            "description": "Its name, percent-encoded: the title is made of it.",
        }
    ],
}  # fmt: skip


def picture(*kinds: str) -> dict[str, Any]:
    """The 200 of an operation that answers with a picture."""
    content = {
        f"image/{kind}": {"schema": {"type": "string", "format": "binary"}} for kind in kinds
    }
    return {"responses": {200: {"description": "The picture.", "content": content}}}
