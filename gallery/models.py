"""Photos, paintings, what is painted and what is taught. The row of a picture, or of a style, is
the job: there is no other queue."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gallery import newer
from gallery.browse import thumbs
from gallery.job import Job
from gallery.moderation.moderated import Moderated, shown
from gallery.owned import OwnedQuerySet, Upload
from gallery.owners import Owner
from gallery.titles import shown_titles, word
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import (
    PAINTING,
    TAUGHT,
    VERSION,
    Recipe,
    is_newer,
    is_painting,
    is_taught,
)
from webstyle.engine.registry import get_engine, known_engines
from webstyle.engine.weights import get_style

UNDO_TIME = timedelta(hours=1)  # how long a deleted thing can be brought back
SHEET = "sheet"  # the engine whose pictures are many mixtures at once


class SharedQuerySet(OwnedQuerySet):
    def usable(self, owner: Owner) -> Self:
        """What ``owner`` may paint with: the owner's own and what others share."""
        mine = models.Q(**owner.fields) if owner else models.Q(pk__in=[])
        return self.kept().filter(mine | (models.Q(public=True) & shown()))

    def shared(self, owner: Owner) -> Self:
        """What others share with ``owner``."""
        return self.usable(owner).filter(public=True).exclude(**owner.fields)

    def named(self, owner: Owner, name: str) -> Any:
        """The one that a recipe calls ``painting:NAME`` or ``taught:NAME``, if ``owner`` may use
        it, or None."""
        try:
            return self.usable(owner).filter(pk=uuid.UUID(name)).first()
        except ValueError:
            return None


class TaughtQuerySet(SharedQuerySet):
    def usable(self, owner: Owner) -> Self:
        """Nothing that is still being learned."""
        return super().usable(owner).filter(state=Job.State.DONE)


class OnPhotoQuerySet(OwnedQuerySet):
    def kept(self) -> Self:
        """With a photo its pictures and masks are deleted too, or taken down."""
        kept = {"photo__deleted__isnull": True, "photo__withdrawn__isnull": True}
        return super().kept().filter(**kept)


class RenderingQuerySet(OnPhotoQuerySet):
    def hung(self) -> Self:
        """What everybody may see, with all that its card shows."""
        hung = self.kept().filter(shown(), public=True, state=Job.State.DONE)
        return hung.select_related("photo", "owner__profile")

    def update(self, **values: Any) -> int:
        """With their listings, on which walls find them."""
        from gallery.browse.listing import COLUMNS, relist

        if not COLUMNS & values.keys():
            return super().update(**values)
        with transaction.atomic(using=self.db):
            changed = list(self.values_list("pk", flat=True))  # afterwards it may find others
            count = super().update(**values)
            relist(changed)
        return count


class Photo(Upload, Moderated):
    """What is painted."""

    KIND = "photo"

    def get_absolute_url(self) -> str:
        return reverse("studio", args=[self.pk])

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"url": self.get_absolute_url(), "api": self.api_url}


class Painting(Upload, Moderated):
    """A painting of a visitor's, to paint photos after; ``public``: others may see and use it."""

    KIND = "painting"

    artist = models.CharField(max_length=120, blank=True)
    public = models.BooleanField(default=False)
    # White where the painting counts: a greyscale PNG of its size. Empty: all of it does.
    region = models.FileField(max_length=200, blank=True)

    objects = SharedQuerySet.as_manager()  # type: ignore[misc]

    def get_absolute_url(self) -> str:
        return reverse("mine")  # it has no page of its own

    @property
    def ref(self) -> str:
        """Its name as a style of a recipe."""
        return f"{PAINTING}{self.pk}"

    def to_json(self) -> dict[str, Any]:
        own = {"ref": self.ref, "artist": self.artist, "public": self.public}
        return super().to_json() | own | {"region": bool(self.region), "api": self.api_url}


class Mask(Upload):
    """Where on a photo a style goes: white is all of it, black nothing."""

    KIND = "mask"

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="masks")

    objects = OnPhotoQuerySet.as_manager()  # type: ignore[misc]


class Rendering(Job, Moderated):
    """One picture of one photo by one recipe, from the wish to the result."""

    KIND = "picture"

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="renderings")
    recipe = models.JSONField()
    engine = models.CharField(max_length=40, default="stylebank")  # as in the recipe
    # Style -> title and artist when it was asked for: a painting may be deleted afterwards.
    styles_named = models.JSONField(default=dict, blank=True)
    show_photo = models.BooleanField(default=False)  # to everybody, beside the result
    published = models.DateTimeField(null=True, blank=True)
    remixable = models.BooleanField(default=True)  # whether others may paint by its recipe
    remix_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="remixes"
    )
    batch = models.ForeignKey(
        "gallery.Batch", models.SET_NULL, null=True, blank=True, related_name="renderings"
    )

    name = models.CharField(max_length=120, blank=True)  # its title, where the styles' will not do
    caption_text = models.CharField(max_length=1000, blank=True)  # under the picture
    alt = models.CharField(max_length=300, blank=True)  # for those who cannot see it
    comments_open = models.BooleanField(default=True)

    result = models.FileField(max_length=200, blank=True)  # PNG
    view = models.FileField(max_length=200, blank=True)  # WebP, full size
    # Names of small AVIF files for walls, by their long side in px; an older picture has none.
    thumbs = models.JSONField(default=dict, blank=True)

    objects = RenderingQuerySet.as_manager()  # type: ignore[misc]

    known_styles: dict[str, dict[str, str]]  # what links.albums calls them
    photo_view_url: str | None  # on the picture's page, for who may see the photo

    class Meta(Job.Meta):
        indexes = [
            models.Index(fields=["lane", "owner", "guest", "queued"],
                         condition=models.Q(state="queued"), name="waiting"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"),
                         name="running"),
            models.Index(fields=["-published"], condition=models.Q(public=True), name="public"),
        ]  # fmt: skip

    @classmethod
    def doable(cls) -> models.Q:
        version = models.Q(recipe__version__lte=VERSION) | models.Q(recipe__version__isnull=True)
        return super().doable() & version & models.Q(engine__in=known_engines())

    @property
    def folder(self) -> str:
        return f"renderings/{self.pk}"

    @property
    def is_newer(self) -> bool:
        """Whether a newer version of the program wrote its recipe, which this one cannot read."""
        return is_newer(self.recipe)

    @property
    def known_recipe(self) -> dict[str, Any]:
        """The recipe, as far as it can be read: see newer.py."""
        return newer.as_read(self.recipe)

    @property
    def styles(self) -> list[dict[str, Any]]:
        """The styles of the recipe with their weights and shares, and whether a mask keeps them to
        a region; one that is gone keeps its name."""
        total = sum(weight for __, weight in self.known_recipe["styles"])
        masked = dict(self.known_recipe.get("masks", ()))
        return [
            {"slug": slug, **self.name_of(slug), "weight": weight, "share": weight / total,
             "region": slug in masked}
            for slug, weight in self.known_recipe["styles"]
        ]  # fmt: skip

    def name_of(self, style: str) -> dict[str, str]:
        """As this visitor reads it."""
        if not style:
            return {"title": _("A picture of a new kind"), "artist": ""}
        named: dict[str, str] | None = self.styles_named.get(style)
        try:
            built_in = named or {"title": get_style(style).title, "artist": get_style(style).artist}
        except EngineError:
            gone = _("A style") if is_taught(style) else style
            return {"title": _("A painting") if is_painting(style) else gone, "artist": ""}
        return shown_titles(style, built_in)

    @property
    def title(self) -> str:
        return self.name or self.default_title

    @property
    def default_title(self) -> str:
        styles = " + ".join(style["title"] for style in self.styles)
        return _("Sheet: %(styles)s") % {"styles": styles} if self.engine == SHEET else styles

    @property
    def caption(self) -> str:
        """For those who cannot see the picture."""
        return self.alt or self.default_caption

    @property
    def default_caption(self) -> str:
        """Of title and styles, until somebody describes the picture."""
        if self.is_newer:
            return self.title
        if self.name:
            style = f"{self.in_styles[0].lower()}{self.in_styles[1:]}"
            return _("%(title)s: %(styles)s") % {"title": self.name, "styles": style}
        return self.in_styles

    @property
    def in_styles(self) -> str:
        titles = [style["title"] for style in self.styles]
        styles = {"styles": pgettext("between styles", " and ").join(titles)}
        if self.engine == SHEET:
            return _("Many paintings of one photo, between %(styles)s") % styles
        return _("A photo painted in the style of %(styles)s") % styles

    @property
    def hung(self) -> bool:
        """Whether everybody may see it."""
        return self.public and self.state == self.State.DONE and self.is_shown

    @property
    def tags(self) -> list[str]:
        return [tag.word for tag in self.tag_rows.all()]

    @property
    def size(self) -> int:
        return int(self.known_recipe["size"])

    @property
    def strength(self) -> float:
        return float(self.known_recipe["strength"])

    @property
    def keep_color(self) -> bool:
        return bool(self.known_recipe["keep_color"])

    @property
    def view_url(self) -> str | None:
        return self.file_url("view")

    @property
    def thumb_srcset(self) -> str:
        """Empty for a picture that has only ``thumb``."""
        size = (self.width, self.height)
        return ", ".join(
            f"{self.small_url(side)} {thumbs.width_at(size, int(side))}w" for side in self.thumbs
        )

    @property
    def thumb_sizes(self) -> str:
        return thumbs.sizes_of(self.width, self.height)

    def small_url(self, side: str) -> str:
        kind = f"{thumbs.KIND}{side}"
        return reverse("picture_file", args=[self.pk, kind]) + f"?v={self.seq}"

    @property
    def params(self) -> dict[str, Any]:
        """Of the engine: those that are not left as they are."""
        return dict(self.known_recipe.get("params") or {})

    @property
    def engine_title(self) -> str:
        """Imports the engine, and torch with it."""
        try:
            return word(get_engine(self.engine).title)
        except EngineError:
            return self.engine

    @property
    def engine_name(self) -> str:
        return self.engine

    def words(self) -> dict[str, Any]:
        return super().words() | {"alt": self.caption, "styles": self.styles}

    def snapshot(self) -> dict[str, Any]:
        done = self.state == self.State.DONE
        return super().snapshot() | {
            "photo": str(self.photo_id),
            "studio": reverse("studio", args=[self.photo_id]),
            "view": self.view_url if done else None,
            "engine": self.engine,
            "params": self.params,
            "size": self.size,
            "strength": self.strength,
            "keep_color": self.keep_color,
        }

    def parsed_recipe(self) -> Recipe:
        return Recipe.from_json(self.recipe)


class TaughtStyle(Job, Moderated):
    """A style that StyleBank learned here from paintings of a visitor's, or a file of one.

    Its weights never change: so a recipe that names it always means the same. Taught on, it is
    another style. ``public``: others may use it.
    """

    KIND = "style"
    TELLS_TIME = ("lesson", "weights")

    title = models.CharField(max_length=120)
    artist = models.CharField(max_length=120, blank=True)
    year = models.SmallIntegerField(default=0)  # 0: unknown
    # minutes, stroke, start, own_photos, paintings (their ids); nothing for one that came as a file
    lesson = models.JSONField(default=dict, blank=True)
    weights = models.FileField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # sha256 of the weights
    figures = models.JSONField(default=dict, blank=True)  # of the training

    objects = TaughtQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Job.Meta):
        indexes = [
            models.Index(fields=["lane", "owner", "guest", "queued"],
                         condition=models.Q(state="queued"), name="style_waiting"),
            models.Index(fields=["lease_until"], condition=models.Q(state="running"),
                         name="style_running"),
        ]  # fmt: skip

    @property
    def folder(self) -> str:
        return f"taught/{self.pk}"

    @property
    def ref(self) -> str:
        """Its name in a recipe."""
        return f"{TAUGHT}{self.pk}"

    @property
    def engine_title(self) -> str:
        return _("Teaching")

    @property
    def engine_name(self) -> str:
        return "teaching" if self.lesson else "card"

    @property
    def caption(self) -> str:
        """A default text for those who cannot see the card."""
        return _("A photo painted in the style of %(styles)s") % {"styles": self.title}

    @property
    def minutes(self) -> float:
        """Of training that were asked for; 0 for a style that came as a file."""
        return float(self.lesson.get("minutes", 0))

    def expected_seconds(self, pace: float) -> float:
        """A lesson says how long it takes; one that came as a file only has its card painted."""
        return pace if self.weights else 60 * self.minutes

    def paintings(self, owner: Owner) -> list[Painting]:
        """Those it learns from, as far as ``owner`` may see them, in their order."""
        ids = self.lesson.get("paintings", ())
        found = {str(item.pk): item for item in Painting.objects.usable(owner).filter(pk__in=ids)}
        return [found[pk] for pk in ids if pk in found]

    def snapshot(self) -> dict[str, Any]:
        shot = super().snapshot()
        return shot | {
            "ref": self.ref,
            "view": shot["thumb"],  # there is none larger
            "artist": self.artist,
            "year": self.year,
            "minutes": self.minutes,
            "figures": self.figures,
            "download": reverse("style_download", args=[self.pk]) if self.weights else None,
        }

    def to_json(self) -> dict[str, Any]:
        return self.snapshot()


class Style(models.Model):
    """A built-in style's card: the style on a sample photograph, made by ``make_samples``.

    What the style is (title, artist, weights) stands in its weights file; here is only what has to
    be painted first. ``fingerprint`` is that of the weights the card was painted with.
    """

    slug = models.SlugField(primary_key=True)
    fingerprint = models.CharField(max_length=64)
    card = models.FileField(max_length=200)
    card_width = models.PositiveIntegerField()
    card_height = models.PositiveIntegerField()
    colour = models.CharField(max_length=7)

    def __str__(self) -> str:
        return self.slug


# Models with rooms of their own; here Django looks for them.
from gallery.api.models import ApiToken, KeptAnswer  # noqa: E402
from gallery.batches.models import Batch  # noqa: E402
from gallery.browse.models import Facet, Listing  # noqa: E402
from gallery.community.models import (  # noqa: E402
    Album,
    AlbumItem,
    Comment,
    Favourite,
    Profile,
    Tag,
)
from gallery.intake.models import Arrival  # noqa: E402
from gallery.limits.models import Usage  # noqa: E402
from gallery.links.models import ShareLink  # noqa: E402
from gallery.moderation.models import Ban, Report, TrailEntry  # noqa: E402
from gallery.operations.models import ErrorEntry, Note, Presence, Tally  # noqa: E402

Work = Photo | Painting | Rendering | TaughtStyle | Album

__all__ = [
    "UNDO_TIME", "Album", "AlbumItem", "ApiToken", "Arrival", "Ban", "Batch", "Comment",
    "ErrorEntry", "Facet", "Favourite", "KeptAnswer", "Listing", "Mask", "Note", "Painting",
    "Photo", "Presence", "Profile", "Rendering", "Report", "ShareLink", "Style", "Tag", "Tally",
    "TaughtStyle", "TrailEntry", "Usage", "Work",
]  # fmt: skip
