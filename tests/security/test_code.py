"""What the program's own code never does: fetch addresses, unpickle, run what it is told."""

from __future__ import annotations

import ast
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Photo, Rendering
from tests import cast
from tests.backends import SCALED, addresses
from tests.cast import ROOT
from tests.security.asking import address, ask
from tests.security.roles import LINES
from tests.security.world import World

NETWORK = {
    "aiohttp", "ftplib", "http.client", "httpx", "imaplib", "poplib", "requests", "smtplib",
    "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
# Which module needs what of these, and what for.
ALLOWED = {
    ("gallery/management/commands/fetch_weights.py", "urllib.request"),  # on request, by sha256
    ("gallery/jobs.py", "socket"),  # the name of this machine
    ("gallery/operations/starting.py", "socket"),  # the same
    ("gallery/decoding.py", "socket"),  # pairs of them, to the process that opens files
    ("webstyle/engine/nursery.py", "socket"),
}
UNPACKS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
RUNS = {"eval", "exec", "compile", "__import__"}
CALLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("gallery", "webstyle"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def given(call: ast.Call) -> dict[str, Any]:
    return {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}  # type: ignore[misc]


def test_nothing_fetches_an_address_but_the_command_that_is_asked_to() -> None:
    used = {
        (path, name)
        for path, tree in sources()
        for name in imports(tree)
        if name in NETWORK or name.partition(".")[0] in NETWORK - {"socket"}
    }
    assert used - ALLOWED == set()
    assert ALLOWED - used == set()


def test_nothing_is_unpickled() -> None:
    for path, tree in sources():
        assert not {name.partition(".")[0] for name in imports(tree)} & UNPACKS, path
        for name, call in calls(tree):
            if name == "torch.load":  # states of trainings, and a file whose sha256 is known
                assert given(call).get("weights_only") is True, (path, call.lineno)
            assert given(call).get("allow_pickle", False) is False, (path, call.lineno)


def test_nothing_is_run_that_was_sent() -> None:
    for path, tree in sources():
        for name, call in calls(tree):
            assert name not in RUNS | CALLS, (path, call.lineno)
            assert given(call).get("shell", False) is False, (path, call.lineno)


def test_no_template_and_no_code_calls_text_safe() -> None:
    for path, tree in sources():
        assert "django.utils.safestring.mark_safe" not in imports(tree), path
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert "|safe" not in text, path
        assert "autoescape off" not in text, path
    for path in (ROOT / "static" / "js").glob("*.js"):
        text = path.read_text()
        for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert sink not in text, (path, sink)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Whoever connects anywhere is told of, but for what the scaled site stands on."""
    asked: list[Any] = []
    backends = {str(urlsplit(at).port) for at in addresses().values()} if SCALED else set()

    def guard(room: Any, name: str) -> None:
        reach = getattr(room, name)

        def refuse(*where: Any, **how: Any) -> Any:
            host, port = where[:2] if name == "getaddrinfo" else where[1][:2]
            if host == "127.0.0.1" and str(port) in backends:
                return reach(*where, **how)
            asked.append((host, port))
            raise OSError("no network here")

        monkeypatch.setattr(room, name, refuse)

    guard(socket.socket, "connect")
    guard(socket.socket, "connect_ex")
    guard(socket, "getaddrinfo")
    return asked


INNER = "http://169.254.169.254/latest/meta-data/"


def test_no_address_makes_the_site_ask_anybody(world: World, no_network: list[Any]) -> None:
    """With addresses of the inside in every field that takes one."""
    client = world.client("owner")
    sent = dict.fromkeys(("url", "next", "photo", "painting", "style", "title", "about"), INNER)
    for line in LINES:
        for method in set(line.answers) - {"POST"}:
            ask(client, method, line, address(line, world))
        if "POST" in line.answers and not line.name.startswith("account_"):
            client.post(address(line, world), line.data | sent)
    client.get(reverse("oembed"), {"url": INNER})
    client.post(reverse("v1:photos"), INNER.encode(), "text/plain")
    assert no_network == []


def test_a_picture_is_brought_painted_and_shown_without_a_network(
    guest: Client, no_network: list[Any], run_queue: Callable[[], None]
) -> None:
    sent = guest.post(reverse("v1:photos"), cast.encoded("coffee.png"), "image/jpeg")
    assert sent.status_code == 201
    guest.post(f"{sent.json()['url']}paint/", {"style": "udnie", "size": "512"})
    run_queue()
    picture = Rendering.objects.get(photo=Photo.objects.get(pk=sent.json()["id"]))
    assert picture.state == "done"
    assert guest.get(picture.get_absolute_url()).status_code == 200
    assert no_network == []
