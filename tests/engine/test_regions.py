"""Each style where its mask is white, blended in feature space (Chen et al., section 4.3)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cast import sample
from tests.engine.painting import difference, painting, pixels
from webstyle.engine.device import pick_device
from webstyle.engine.engines.stylebank import StyleBank
from webstyle.engine.events import EngineError, Result
from webstyle.engine.recipe import Recipe
from webstyle.engine.regions import map_of, spread

PHOTO = sample("coffee.png", 192)
WIDTH, HEIGHT = PHOTO.size


def left(share: float = 0.5) -> Image.Image:
    """White on the left, black on the right."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, : round(share * WIDTH)] = 255
    return Image.fromarray(mask)


def plain(value: int) -> Image.Image:
    return Image.new("L", PHOTO.size, value)


def painted(
    styles: tuple[str, ...], masks: dict[str, Image.Image], feather: float = 0, **values: float
) -> Image.Image:
    recipe = Recipe(
        styles=tuple((slug, 1.0) for slug in styles), size=192, params={"feather": feather},
        masks=tuple((style, style) for style in masks), **values,  # type: ignore[arg-type]
    )  # fmt: skip
    *_, result = StyleBank().run(PHOTO, recipe, device=pick_device("cpu"), masks=masks)
    assert isinstance(result, Result)
    return result.picture


def half(picture: Image.Image, side: str) -> Image.Image:
    """The outer third of a side, which the other half is too far away to touch."""
    third = WIDTH // 3
    return picture.crop(
        (0, 0, third, HEIGHT) if side == "left" else (WIDTH - third, 0, WIDTH, HEIGHT)
    )


def test_a_mask_of_all_ones_is_the_plain_style() -> None:
    whole = painted(("udnie",), {"udnie": plain(255)})
    assert np.array_equal(pixels(whole), pixels(painting(PHOTO, "udnie")))


def test_a_mask_of_all_zeros_leaves_the_photo() -> None:
    nothing = painted(("udnie",), {"udnie": plain(0)})
    assert np.array_equal(pixels(nothing), pixels(painted(("udnie",), {}, strength=0)))


def test_two_masks_give_each_half_its_style() -> None:
    picture = painted(
        ("udnie", "great-wave"),
        {"udnie": left(), "great-wave": Image.eval(left(), lambda v: 255 - v)},
    )
    for side, own, other in (("left", "udnie", "great-wave"), ("right", "great-wave", "udnie")):
        seen = half(picture, side)
        assert difference(seen, half(painting(PHOTO, own), side)) < 0.6 * difference(
            seen, half(painting(PHOTO, other), side)
        )


def test_a_style_without_a_mask_fills_what_the_masks_leave() -> None:
    both = {"udnie": left(), "great-wave": Image.eval(left(), lambda v: 255 - v)}
    one = {"udnie": left()}
    full, rest = (painted(("udnie", "great-wave"), masks) for masks in (both, one))
    assert np.array_equal(pixels(full), pixels(rest))


def test_where_no_style_goes_the_photo_stays() -> None:
    photo = painted(("udnie",), {}, strength=0)
    for masks in ({"udnie": left()}, {"photo": Image.eval(left(), lambda v: 255 - v)}):
        picture = painted(("udnie",), masks)
        assert difference(half(picture, "right"), half(photo, "right")) < 1
        assert difference(half(picture, "left"), half(photo, "left")) > 10


def test_a_regions_colours_do_not_depend_on_what_lies_outside() -> None:
    """The norms of a style see its own region alone."""
    other = PHOTO.copy()
    other.paste((255, 240, 20), (WIDTH * 2 // 3, 0, WIDTH, HEIGHT))

    def apart(masks: dict[str, Image.Image]) -> float:
        recipe = Recipe(
            styles=(("udnie", 1.0),), size=192, masks=tuple((name, name) for name in masks)
        )
        pictures = []
        for photo in (PHOTO, other):
            *_, result = StyleBank().run(photo, recipe, device=pick_device("cpu"), masks=masks)
            assert isinstance(result, Result)
            pictures.append(result.picture.crop((0, 0, WIDTH // 4, HEIGHT)))
        return difference(*pictures)

    assert apart({"udnie": left()}) < 0.5 * apart({})


@pytest.mark.parametrize("masks", [("udnie",), ("udnie", "great-wave"), ("photo", "udnie")])
def test_weights_sum_to_one_everywhere(masks: tuple[str, ...]) -> None:
    maps = {style: torch.rand(1, 1, 9, 9) for style in masks}
    recipe = Recipe(styles=(("udnie", 1.0), ("great-wave", 3.0)), strength=0.8)
    weights, rest = spread(recipe, maps)
    total = sum(weights.values()) + rest
    torch.testing.assert_close(total, torch.ones(1, 1, 9, 9))
    assert all(float(torch.as_tensor(w).min()) >= -1e-6 for w in (*weights.values(), rest))


def test_a_feather_is_as_wide_as_it_says() -> None:
    size = (400, 40)
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, 200, 40))
    soft = map_of(mask, "sky", size, 80, 16)[0, 0, 8, 4:-4]
    between = ((soft > 0.01) & (soft < 0.99)).sum() * 4
    assert 60 <= int(between) <= 90


def test_a_mask_of_a_panorama_fits_it_at_any_size() -> None:
    """Of 17 rows one more or less is 6 %."""
    map_of(Image.new("L", (3000, 195)), "sky", (256, 17), 0, 16)
    with pytest.raises(EngineError, match="does not fit"):
        map_of(Image.new("L", (3000, 195)), "sky", (256, 20), 0, 16)


def test_masks_that_cannot_be_used_are_refused_with_the_remedy() -> None:
    with pytest.raises(EngineError, match="'great-wave', which is not among the styles"):
        painted(("udnie",), {"great-wave": left()})
    with pytest.raises(
        EngineError,
        match="mask udnie, 50 x 200 px, does not fit a photo of 192 x 128: give it the photo's",
    ):
        painted(("udnie",), {"udnie": Image.new("L", (50, 200))})
    with pytest.raises(EngineError, match="two masks for 'udnie': paint them into one"):
        Recipe(styles=(("udnie", 1.0),), masks=(("udnie", "sky"), ("udnie", "sea")))
    recipe = Recipe(styles=(("udnie", 1.0),), size=192, masks=(("udnie", "sky"),))
    with pytest.raises(EngineError, match="mask sky was not handed over"):
        list(StyleBank().run(PHOTO, recipe, device=pick_device("cpu")))


def test_a_recipe_with_masks_comes_back_from_json_and_one_without_says_nothing_of_them() -> None:
    recipe = Recipe(styles=(("udnie", 1.0),), masks=(("udnie", "sky"), ("photo", "face")))
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert "masks" not in Recipe(styles=(("udnie", 1.0),)).to_json()
