"""How large visitors may have their pictures is for who runs the site to say."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from gallery import forms
from tests import cast

ASK = """
import json, django; django.setup()
from gallery import forms
from gallery.api import schemas
sizes = schemas.RenderingIn.model_json_schema()["properties"]["size"]["enum"]
print(json.dumps([[px for px, _ in forms.SIZES], sizes]))
"""


def offered(**values: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ASK], cwd=cast.ROOT, env=cast.environment(**values),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("most", "sizes"), [(1024, 2), (4096, 4), (8192, 5)])
def test_forms_and_api_offer_what_the_setting_allows(most: int, sizes: int) -> None:
    wanted = [512, 1024, 2048, 4096, 8192][:sizes]
    assert json.loads(offered(MAX_SIZE=most).stdout) == [wanted, wanted]


@pytest.mark.django_db(transaction=True)
def test_a_size_that_nobody_offers_stops_the_start_with_its_name() -> None:
    told = offered(MAX_SIZE=3000)
    assert told.returncode
    assert "MAX_SIZE" in told.stderr


def test_without_it_2048_px_are_the_most() -> None:
    assert [px for px, _ in forms.SIZES] == [512, 1024, 2048]


def test_a_method_that_cannot_paint_so_large_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(engine: str, size: int) -> forms.PaintForm:
        form = forms.PaintForm({"style": "udnie", "engine": engine, "size": str(size)})
        form.fields["size"].choices = forms.ALL_SIZES  # type: ignore[attr-defined]
        return form

    assert asked("stylebank", 8192).is_valid()
    assert asked("gatys", 4096).is_valid()
    assert asked("gatys", 8192).errors == {"size": ["This method paints up to 4096 px."]}
