"""What a visitor can choose, and within which limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery import params
from gallery.models import Painting
from gallery.named import find_learned, find_style
from gallery.owners import Owner
from gallery.titles import word
from gallery.told import told
from webstyle.engine.events import EngineError
from webstyle.engine.recipe import PHOTO, Recipe, is_painting
from webstyle.engine.registry import engine_names, get_engine

ALL_SIZES = [
    (512, gettext_lazy("Preview, 512 px")),
    (1024, gettext_lazy("Standard, 1024 px")),
    (2048, gettext_lazy("Large, 2048 px")),
    (4096, gettext_lazy("Very large, 4096 px")),
    (8192, gettext_lazy("Huge, 8192 px")),
]
SIZES = [(px, label) for px, label in ALL_SIZES if px <= settings.MAX_SIZE]
MAX_STYLES = 6
MINUTES = (2, 8, 20)  # of a lesson, on offer
MINUTES_LEAST = 0.1
YEARS = (-9999, 9999)
PAINTS_ALL = "gatys"  # for a painting, where the chosen engine knows built-in styles only


def weight_field() -> forms.IntegerField:
    reason = gettext_lazy("Weight of a style: give a whole number from 1 to 100.")
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), reason)
    return forms.IntegerField(
        min_value=1, max_value=100, initial=100, required=False, error_messages=errors
    )


class PaintForm(forms.Form):
    """Defaults that give a good picture: only the style has to be chosen.

    More styles to mix come as ``extra_style`` and ``extra_weight``, as many of the one as of the
    other. Styles for regions come as ``mask_style``, or ``photo`` where it is to stay a photo, with
    as many ids of masks as ``mask``; with those, ``style`` is for the rest and may be left out.
    Each parameter of each engine is a field too: see ``gallery.params``.
    """

    style = forms.CharField(max_length=100, required=False)
    weight = weight_field()
    engine = forms.ChoiceField(required=False, initial=Recipe.engine)
    strength = forms.IntegerField(min_value=0, max_value=100, initial=100, required=False)
    keep_color = forms.BooleanField(required=False)
    size = forms.TypedChoiceField(choices=SIZES, coerce=int, initial=Recipe.size, required=False)
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=0, required=False)

    def __init__(self, *args: Any, owner: Owner | None = None, **kwargs: Any) -> None:
        """``owner`` is whose paintings may be used, besides the shared ones."""
        super().__init__(*args, **kwargs)
        self.owner = owner or Owner()
        engine_field = self.fields["engine"]
        assert isinstance(engine_field, forms.ChoiceField)
        engine_field.choices = [(name, get_engine(name).title) for name in engine_names()]
        for engine in engine_names():
            for param in params.shown(engine):
                self.fields[params.field_name(engine, param)] = params.form_field(param)
        self.fields["feather"] = params.form_field(params.named(Recipe.engine, "feather"))

    def clean_style(self) -> str:
        style = self.cleaned_data["style"]
        return self.known(style) if style else ""

    def known(self, style: str) -> str:
        """The style as recipes call it, if the visitor may use it."""
        try:
            return find_style(self.owner, style).ref
        except EngineError:
            raise forms.ValidationError(_("There is no such style: choose another one.")) from None

    def clean_strength(self) -> int:
        strength = self.cleaned_data["strength"]
        return 100 if strength is None else strength

    def clean_engine(self) -> str:
        return self.cleaned_data["engine"] or Recipe.engine

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        try:
            chosen = [(data["style"], data.get("weight") or 100)] if data.get("style") else []
            chosen += [(self.known(style), weight_field().clean(weight) or 100)
                       for style, weight in self.extras()]  # fmt: skip
            data["masks"] = self.masks()
            in_regions = [style for style, _ in data["masks"] if style != PHOTO]
            chosen += [(style, 100) for style in in_regions if style not in dict(chosen)]
            if len(chosen) > MAX_STYLES:
                raise forms.ValidationError(
                    _("At most %(most)d styles can be mixed.") % {"most": MAX_STYLES}
                )
            if not chosen and "style" not in self.errors:
                raise forms.ValidationError(_("Choose a style."))
        except forms.ValidationError as error:
            self.add_error("style", error)
            return data
        if "style" in data and "engine" in data:
            mix: dict[str, int] = {}
            for style, weight in chosen:
                mix[style] = mix.get(style, 0) + weight
            data["mix"] = mix
            if any(map(is_painting, mix)) and not get_engine(data["engine"]).takes_paintings:
                data["engine"] = PAINTS_ALL
            most = get_engine(data["engine"]).largest
            if (data.get("size") or 0) > most:
                self.add_error("size", _("This method paints up to %(most)d px.") % {"most": most})
        return data

    def masks(self) -> list[tuple[str, str]]:
        """Styles that are kept to a region, each with the id of its mask, as they were sent."""
        if not hasattr(self.data, "getlist"):
            return []
        names, masks = self.data.getlist("mask_style"), self.data.getlist("mask")
        if len(names) != len(masks):
            raise forms.ValidationError(
                _("%(names)d mask_style and %(masks)d mask: send as many of each.")
                % {"names": len(names), "masks": len(masks)}
            )
        return [(self.region_style(name), mask) for name, mask in zip(names, masks, strict=True)]

    def region_style(self, style: str) -> str:
        if style == PHOTO:
            return style
        if found := find_learned(self.owner, style):
            return found.ref
        raise forms.ValidationError(
            _("'%(style)s' cannot be kept to a region: choose a style of the shelf.")
            % {"style": style}
        )

    def extras(self) -> list[tuple[str, str]]:
        """Styles besides the first one, with their weights, as they were sent."""
        if not hasattr(self.data, "getlist"):
            return []
        names, weights = self.data.getlist("extra_style"), self.data.getlist("extra_weight")
        weights += [""] * (len(names) - len(weights))
        return [(name, weight) for name, weight in zip(names, weights, strict=False) if name]

    @property
    def chosen_styles(self) -> list[dict[str, str]]:
        """All styles as they were sent, the first one first, to show the form again."""
        first = [(self.data.get("style", ""), self.data.get("weight", "100"))]
        return [
            {"style": style, "weight": weight or "100"}
            for style, weight in [*first, *self.extras()]
            if style
        ]

    def engines(self) -> list[dict[str, Any]]:
        """The engines on offer with the controls of their parameters, for the page."""
        return [
            {
                "name": name,
                "title": word(get_engine(name).title),
                "lane": get_engine(name).lane,
                "takes_paintings": get_engine(name).takes_paintings,
                "params": [
                    params.control(name, param, self.data.get(params.field_name(name, param)))
                    for param in params.shown(name)
                ],
            }
            for name in engine_names()
            if get_engine(name).offered
        ]

    def recipe(self) -> Recipe:
        data = self.cleaned_data
        return Recipe(
            styles=tuple((style, weight / 100) for style, weight in data["mix"].items()),
            engine=data["engine"],
            strength=data["strength"] / 100,
            keep_color=data["keep_color"],
            size=data["size"] or Recipe.size,
            seed=data["seed"] or 0,
            params=self.changed_params(data["engine"]),
            masks=tuple(data["masks"]),
        )

    def changed_params(self, engine: str) -> dict[str, Any]:
        """What is not left as the engine has it: so a recipe follows when a default gets better."""
        given = {
            param.name: self.cleaned_data[params.field_name(engine, param)]
            for param in params.shown(engine)
        }
        given["perceptual"] = settings.PERCEPTUAL
        given["feather"] = self.cleaned_data["feather"]
        default = {param.name: param.default for param in params.every(engine)}
        return {
            name: value
            for name, value in given.items()
            if name in default and value is not None and value != default[name]
        }


def minutes_field(**how: Any) -> forms.FloatField:
    most = settings.TEACH_MINUTES_MAX
    return number_field(_("Minutes"), MINUTES_LEAST, most, **how)


def number_field(label: str, low: float, high: float, **how: Any) -> forms.FloatField:
    reason = params.range_reason(label, low, high)
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), reason)
    return forms.FloatField(min_value=low, max_value=high, error_messages=errors, **how)


def year_of(text: str) -> int:
    """0 where it is unknown. Raises EngineError."""
    try:
        year = int(text or 0)
    except ValueError:
        year = YEARS[1] + 1
    if not YEARS[0] <= year <= YEARS[1]:
        raise EngineError(_("Year: give a whole number, as in 1889, or leave it empty."))
    return year


class TeachForm(forms.Form):
    """How a style is to be taught. The paintings come as ``painting``, their ids, and as files of
    the field ``file``, which whoever asks adds first: see ``gallery.teaching``."""

    title = forms.CharField(max_length=120, required=False)
    artist = forms.CharField(max_length=120, required=False)
    year = forms.CharField(required=False)
    own_photos = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"] = minutes_field(required=False)
        self.fields["stroke"] = number_field(_("Strokes"), 0.5, 2.0, required=False)

    def clean_year(self) -> int:
        try:
            return year_of(self.cleaned_data["year"])
        except EngineError as error:
            raise forms.ValidationError(told(error)) from None

    def asked(self, paintings: Sequence[Painting]) -> dict[str, Any]:
        """With what is left out as it is best; what nobody named is called like the first
        painting."""
        data, first = self.cleaned_data, paintings[0]
        return {
            "title": data["title"] or first.title,
            "artist": data["artist"] or first.artist,
            "year": data["year"],
            "minutes": data["minutes"] or MINUTES[1],
            "stroke": data["stroke"] or 1.0,
            "own_photos": data["own_photos"],
        }
