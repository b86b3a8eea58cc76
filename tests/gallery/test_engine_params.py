"""The controls of an engine's parameters come from where they are declared."""

from __future__ import annotations

import dataclasses

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from gallery import params
from gallery.forms import PaintForm
from gallery.models import Photo, Rendering
from tests.api import paint, refusal
from webstyle.engine.recipe import Recipe
from webstyle.engine.registry import engine_names, get_engine, make_params

every_engine = pytest.mark.parametrize("engine", engine_names())
OFFERED = [name for name in engine_names() if get_engine(name).offered]


def filled(query: str) -> PaintForm:
    form = PaintForm(QueryDict(f"style=udnie&{query}"))
    assert form.is_valid(), form.errors
    return form


def given(query: str) -> dict:
    return filled(f"engine=gatys&{query}").recipe().params


def test_what_is_left_alone_is_not_in_the_recipe() -> None:
    default = get_engine("gatys").Params()
    same = "&".join(
        f"gatys_{f.name}={getattr(default, f.name)}"
        for f in dataclasses.fields(default)
        if not isinstance(getattr(default, f.name), bool)
    )
    assert given("") == given(same) == {}


def test_what_is_changed_is_in_the_recipe_with_its_type() -> None:
    assert given("gatys_style_weight=2.5&gatys_iterations=40") == {
        "style_weight": 2.5,
        "iterations": 40,
    }


def test_parameters_of_the_other_engine_are_left_out() -> None:
    recipe = filled("engine=stylebank&gatys_style_weight=2.5").recipe()
    assert (recipe.engine, recipe.params) == ("stylebank", {})


def test_an_unticked_box_is_told_from_one_that_is_on_no_page() -> None:
    assert given("gatys_warm_start=off") == {"warm_start": False}
    assert given("gatys_warm_start=off&gatys_warm_start=on") == {}
    assert given("") == {}


BAD = [("gatys_style_weight", "99"), ("gatys_style_weight", "nan"), ("gatys_iterations", "4.5"),
       ("gatys_iterations", "0"), ("gatys_warm_start", "perhaps")]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_that_cannot_be_is_refused_by_its_label(
    guest: Client, photo: Photo, name: str, value: str
) -> None:
    values = {"style": "udnie", "engine": "gatys", name: value}
    page = guest.post(reverse("paint", args=[photo.pk]), values)
    assert page.status_code == 400
    label = PaintForm().fields[name].label
    assert refusal(page).startswith(f"{label}: ")
    assert name in page.context["form"].errors
    answer = paint(guest, photo, **values)
    if value == "nan":  # that is no JSON
        assert answer.status_code == 400
        return
    assert answer.status_code == 422
    assert f"params.{name.removeprefix('gatys_')}" in answer.json()["fields"]
    assert not Rendering.objects.exists()


def test_an_unknown_engine_is_refused(guest: Client, photo: Photo) -> None:
    values = {"style": "udnie", "engine": "oil"}
    assert guest.post(reverse("paint", args=[photo.pk]), values).status_code == 400
    assert "engine" in paint(guest, photo, **values).json()["fields"]


def test_what_is_no_visitors_business_has_no_control() -> None:
    assert "gatys_perceptual" not in PaintForm().fields
    assert given("gatys_perceptual=vgg19") == {}


def test_the_perceptual_network_is_that_of_the_settings(settings) -> None:
    settings.PERCEPTUAL = "vgg19"
    assert given("") == {"perceptual": "vgg19"}
    assert filled("engine=stylebank").recipe().params == {}


@every_engine
def test_every_limit_of_every_parameter_is_taken_by_form_and_engine(engine: str) -> None:
    for control in (params.control(engine, param, None) for param in params.shown(engine)):
        values = control["choices"] or ["on", "off"]
        if control["kind"] in ("int", "float"):
            values = [control["low"], control["high"]]
        for value in values:
            recipe = filled(f"engine={engine}&{control['field']}={value}").recipe()
            assert make_params(get_engine(engine), recipe.params)


@pytest.mark.parametrize("engine", OFFERED)
def test_the_page_gets_a_control_for_every_shown_parameter(engine: str) -> None:
    controls = next(e for e in PaintForm().engines() if e["name"] == engine)["params"]
    assert [c["name"] for c in controls] == [f.name for f in params.shown(engine)]
    for control in controls:
        assert control["label"]
        assert control["kind"] in ("bool", "int", "float", "choice")
        assert control["value"] == control["default"]
        if control["kind"] in ("int", "float"):
            assert control["low"] <= control["default"] <= control["high"]
            assert control["step"] > 0


def test_an_engine_that_is_not_on_offer_can_be_asked_for_by_a_page_of_its_own() -> None:
    assert "sheet" not in [engine["name"] for engine in PaintForm().engines()]
    recipe = filled("engine=sheet&sheet_layout=strip").recipe()
    assert (recipe.engine, recipe.params) == ("sheet", {"layout": "strip"})


def test_a_form_that_is_shown_again_has_what_was_sent(guest: Client, photo: Photo) -> None:
    values = {"style": "udnie", "gatys_style_weight": "99", "gatys_warm_start": "off", "size": "1"}
    page = guest.post(reverse("paint", args=[photo.pk]), values)
    assert page.status_code == 400
    (gatys,) = [engine for engine in page.context["engines"] if engine["name"] == "gatys"]
    sent = {control["name"]: control["value"] for control in gatys["params"]}
    assert (sent["style_weight"], sent["warm_start"]) == ("99", False)


def test_a_seed_arrives_in_the_recipe() -> None:
    assert filled("seed=7").recipe().seed == 7
    assert filled("").recipe().seed == Recipe.seed


def test_the_page_of_a_picture_says_in_words_what_was_changed(guest: Client, photo: Photo) -> None:
    values = {"style": "udnie", "engine": "gatys", "gatys_stroke": "2", "gatys_until_still": "off"}
    guest.post(reverse("paint", args=[photo.pk]), values)
    rendering = Rendering.objects.get()
    label = {name: PaintForm().fields[f"gatys_{name}"].label for name in ("stroke", "until_still")}
    expected = [
        {"label": label["stroke"], "value": "2"},
        {"label": label["until_still"], "value": "no"},
    ]
    assert guest.get(rendering.get_absolute_url()).context["recipe_params"] == expected


def test_the_snapshot_tells_engine_and_parameters(guest: Client, photo: Photo) -> None:
    values = {"style": "udnie", "engine": "gatys", "gatys_stroke": "2", "size": "512"}
    snapshot = paint(guest, photo, **values).json()
    assert (snapshot["engine"], snapshot["params"]) == ("gatys", {"stroke": 2.0})
    assert snapshot["engine_title"] == get_engine("gatys").title
    assert (snapshot["pausable"], snapshot["curve"]) == (True, [])
