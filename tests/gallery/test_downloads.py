"""A finished picture is downloaded at full size, with its profile, its credentials, nothing else.

What the credentials say is in test_provenance.py.
"""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms

from gallery.models import Rendering

KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def address(rendering: Rendering, kind: str) -> str:
    return reverse("picture_download", args=[rendering.pk, kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_download_is_the_whole_picture_of_that_kind(
    guest: Client, painted: Rendering, kind: str
) -> None:
    answer = guest.get(address(painted, kind))
    assert answer["Content-Type"] == KINDS[kind]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert Image.MIME[picture.format] == KINDS[kind]
        assert picture.size == (painted.width, painted.height)
        picture.load()


@pytest.mark.parametrize("kind", KINDS)
def test_a_download_has_no_metadata_but_the_srgb_profile_and_its_credentials(
    guest: Client, painted: Rendering, kind: str
) -> None:
    with Image.open(io.BytesIO(guest.get(address(painted, kind)).content)) as picture:
        assert not picture.getexif()
        assert not {"exif", "xmp", "comment", "XML:com.adobe.xmp"} & set(picture.info)
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_a_download_is_saved_under_its_styles_name(guest: Client, painted: Rendering) -> None:
    header = guest.get(address(painted, "jpg"))["Content-Disposition"]
    assert header.startswith('attachment; filename="udnie')
    assert header.endswith('.jpg"')


@pytest.mark.parametrize("kind", ["gif", "exe", "result"])
def test_there_is_no_other_kind(guest: Client, painted: Rendering, kind: str) -> None:
    assert guest.get(address(painted, kind)).status_code == 404


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_what_is_not_finished_cannot_be_downloaded(
    guest: Client, rendering: Rendering, state: str
) -> None:
    rendering.change(state=state)
    assert guest.get(address(rendering, "png")).status_code == 404
