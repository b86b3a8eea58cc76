"""The engine knows nothing of the site, and the site's models nothing of torch."""

from __future__ import annotations

import subprocess
import sys

from tests.cast import ROOT, environment

ENGINE = """
import importlib, pkgutil, sys
import webstyle.engine
for module in pkgutil.walk_packages(webstyle.engine.__path__, "webstyle.engine."):
    importlib.import_module(module.name)
assert "torch" in sys.modules
print([name for name in ("django", "channels", "gallery") if name in sys.modules])
"""
MODELS = """
import sys
import django
django.setup()
import gallery.models, gallery.views, gallery.forms, gallery.services, webstyle.urls
print([name for name in ("torch",) if name in sys.modules])
"""


def printed(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(DATABASE_URL="sqlite://:memory:"),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_whole_engine_is_imported_without_django() -> None:
    assert printed(ENGINE) == "[]"


def test_the_models_and_pages_are_imported_without_torch() -> None:
    assert printed(MODELS) == "[]"
