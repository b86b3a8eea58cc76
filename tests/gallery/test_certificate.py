"""The certificate is made once, is nobody else's to read, and the operator's own comes first."""

from __future__ import annotations

import dataclasses
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from pytest_django.fixtures import Settings

from gallery.checks import settings_fit
from gallery.provenance import certificate
from tests.cast import ROOT, manage
from webstyle.engine import credentials, images
from webstyle.engine.events import EngineError

pytestmark = pytest.mark.local("the certificate lies in VAR: no backend is asked")
CLAIMS = credentials.Claims("stylebank", "StyleBank", (("Udnie", ""),), datetime.now(UTC), True)


@pytest.fixture(autouse=True)
def _var(settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path


def own(folder: Path, settings: Settings) -> credentials.Certificate:
    """An operator's own certificate, in files and in the settings."""
    made = certificate.make()
    (folder / "own.pem").write_text(made.chain)
    (folder / "own.key").write_text(made.key)
    settings.C2PA_CERTIFICATE = str(folder / "own.pem")
    settings.C2PA_KEY = str(folder / "own.key")
    return made


def signed_with(made: credentials.Certificate, folder: Path) -> Path:
    data = images.encode(Image.new("RGB", (64, 64), "teal"), "png")
    path = folder / "signed.png"
    path.write_bytes(credentials.signed(data, "png", CLAIMS, made))
    return path


def is_ours(path: Path) -> bool:
    told = credentials.read(path, "PNG", certificate.trust())
    assert told
    assert told["intact"]
    return bool(told["ours"])


def test_it_is_made_when_it_is_missing_and_stays(tmp_path: Path) -> None:
    first = certificate.certificate()
    assert first.fault() == ""
    assert certificate.certificate() == first
    key = tmp_path / "c2pa" / certificate.KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.glob("c2pa*")] == ["c2pa"]


def test_the_issuers_key_is_kept_nowhere(tmp_path: Path) -> None:
    certificate.certificate()
    keys = [
        path for path in tmp_path.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()
    ]
    assert [path.name for path in keys] == [certificate.KEY]


def test_several_processes_at_once_agree(tmp_path: Path) -> None:
    code = (
        "import sys; sys.stdin.readline()\n"
        "from django.conf import settings\n"
        "settings.configure(VAR=sys.argv[1], C2PA_CERTIFICATE='')\n"
        "from gallery.provenance.certificate import certificate; print(hash(certificate().key))"
    )
    several = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, text=True,
                         env={"PYTHONHASHSEED": "1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(4)
    ]  # fmt: skip
    for process in several:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = [process.communicate(timeout=120)[0].strip() for process in several]
    assert all(keys)
    assert len(set(keys)) == 1


def test_the_command_makes_it_once(tmp_path: Path) -> None:
    first = manage("make_certificate", VAR=tmp_path / "var")
    assert first.returncode == 0, first.stderr
    assert "certificate.pem" in first.stdout
    before = (tmp_path / "var/c2pa/key.pem").read_text()
    assert manage("make_certificate", VAR=tmp_path / "var").stdout == ""
    assert (tmp_path / "var/c2pa/key.pem").read_text() == before
    manage("make_certificate", "--replace", VAR=tmp_path / "var")
    assert (tmp_path / "var/c2pa/key.pem").read_text() != before


def test_what_the_operators_own_signs_is_ours(settings: Settings, tmp_path: Path) -> None:
    earlier = signed_with(certificate.certificate(), tmp_path).rename(tmp_path / "earlier.png")
    made = own(tmp_path, settings)
    assert settings_fit(None) == []
    assert certificate.certificate() == made
    assert is_ours(signed_with(made, tmp_path))
    assert is_ours(earlier)


def test_what_somebody_else_signs_under_our_name_is_not_ours(tmp_path: Path) -> None:
    certificate.certificate()
    assert not is_ours(signed_with(certificate.make(), tmp_path))


def test_another_certificate_of_our_issuer_is_not_ours(settings: Settings, tmp_path: Path) -> None:
    """A public issuer signs for many."""
    path = signed_with(own(tmp_path, settings), tmp_path)
    trust = certificate.trust()
    told = credentials.read(path, "PNG", dataclasses.replace(trust, serials=("1",)))
    assert told
    assert not told["ours"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("own.pem", None, "No such file"),
        ("own.pem", "nonsense", "cannot be read"),
        ("own.key", "nonsense", "cannot be read"),
        ("own.key", "another", "does not fit"),
        ("own.pem", "alone", "no issuer"),
    ],
)
def test_what_does_not_work_is_found_at_the_start(
    settings: Settings, tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    made = own(tmp_path, settings)
    another, end = certificate.make(), "-----END CERTIFICATE-----\n"
    wrong = {"another": another.key, "alone": made.chain.partition(end)[0] + end}
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(wrong.get(text, text))
    (message,) = settings_fit(None)
    assert message.id == "webstyle.E018"
    assert words in message.msg
    assert message.hint


def test_one_that_ran_out_is_found(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate, "VALID", timedelta(seconds=-1))
    made = certificate.made_here()
    (message,) = settings_fit(None)
    assert "valid from" in message.msg
    with pytest.raises(EngineError, match="not valid at time of signing"):
        signed_with(made, tmp_path)


def test_a_key_that_cannot_sign_is_refused_in_words() -> None:
    made = certificate.make()
    with pytest.raises(EngineError, match="cannot be read: use PEM"):
        credentials.signed(b"", "png", CLAIMS, credentials.Certificate(made.chain, "x"))
