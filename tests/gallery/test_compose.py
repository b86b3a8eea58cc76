"""compose.yaml: its services are started as it says, on real servers in place of its containers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import cast, deployed, image
from tests.settings import LIMITS, READ
from tests.sites import OF_ITS_OWN

pytestmark = [pytest.mark.timeout(280), OF_ITS_OWN]
TEXT = (cast.ROOT / "compose.yaml").read_text()
OWN = ["prepare", "web", "worker", "worker-gpu"]
OF_ENV = deployed.variables(deployed.block("deploy/containers.md", ".env"))


def filled(text: str, given: dict[str, str]) -> str:
    """``${NAME:-default}`` and ``${NAME:?what is missing}``, as Compose fills them in."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if not given.get(name) and kind == "?":
            raise LookupError(f"{name}: {rest}")
        return given.get(name) or rest or ""

    return re.sub(r"\$\{(\w+)(?::([-?])([^}]*))?\}", value, text)


def services(given: dict[str, str] = OF_ENV) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(filled(TEXT, given))
    return dict(read["services"])


def environment(name: str) -> dict[str, str]:
    """Of a container: the image's, then that of the file, then that of the service."""
    service = services()[name]
    assert service["env_file"] == ".env"
    return image.variables() | OF_ENV | dict(service["environment"])


def command(name: str) -> list[str]:
    given = services()[name]["command"]
    return shlex.split(given) if isinstance(given, str) else list(given)


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[unit]


def test_every_variable_it_sets_is_read() -> None:
    known = {*READ, *LIMITS}
    for name in OWN:
        assert services()[name]["environment"].keys() <= known
    asked = set(re.findall(r"\$\{(\w+)", TEXT))
    assert asked <= known | {"POSTGRES_PASSWORD", "PORT"}


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_without_its_secrets_it_does_not_start(name: str) -> None:
    with pytest.raises(LookupError, match=f"{name}: set it in .env"):
        services({**OF_ENV, name: ""})


def test_there_is_no_secret_in_it() -> None:
    for line in TEXT.splitlines():
        if "PASSWORD" in line and not line.lstrip().startswith(("#", "env_file")):
            assert "${POSTGRES_PASSWORD:?" in line


def test_what_it_names_is_there() -> None:
    found = services()
    volumes = yaml.safe_load(filled(TEXT, OF_ENV))["volumes"]
    for name in OWN:
        service = found[name]
        assert service["depends_on"].keys() <= found.keys()
        (volume,) = service["volumes"]
        source, target = volume.split(":")
        assert source in volumes
        assert target == image.VAR
    assert {found[name]["image"] for name in OWN} == {"webstyle:cpu", "webstyle:cuda"}
    assert found["worker-gpu"]["build"]["args"] == {"TORCH": "cuda"}
    assert all(host in found for host in re.findall(r"://(?:[^@\s/]*@)?(\w+):\d", TEXT))


def test_nobody_but_this_machine_reaches_it_past_the_proxy() -> None:
    found = services()
    assert [name for name in found if found[name].get("ports")] == ["web"]
    assert found["web"]["ports"] == ["127.0.0.1:8000:8000"]


@pytest.fixture
def site(postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[deployed.Site]:
    """The image's files, and the environment of ``web``; that of the others is the same."""
    assert environment("web") == environment("worker") == environment("prepare")
    with deployed.empty_database(postgres_url) as database:
        code = image.build(tmp_path)
        given = environment("web") | image.environment(tmp_path)
        redis = redis_url.removeprefix("redis://").removesuffix("/0")
        for name, was, now in (
            ("DATABASE_URL", "database:5432", database),
            ("CHANNEL_LAYER_URL", "redis:6379", redis),
            ("CACHE_URL", "redis:6379", redis),
        ):
            given[name] = deployed.placed(given[name], {was: now})
        yield deployed.Site(tmp_path, given, code)


def test_its_services_are_a_site_that_paints(site: deployed.Site) -> None:
    shell, option, script = command("prepare")
    assert (shell, option) == ("sh", "-c")
    steps = [step.split() for step in script.split("&&")]
    assert [step[2] for step in steps] == ["migrate", "make_certificate", "make_samples"]
    for step in steps[:2]:  # the samples take a minute, and are painted by other tests
        done = site.run(step)
        assert done.returncode == 0, done.stderr
    assert site.run([*steps[2], "--help"]).returncode == 0

    port = cast.free_port()
    found = services()
    with ExitStack() as stack:
        web = stack.enter_context(site.running([*command("web"), "--port", str(port)]))
        worker = stack.enter_context(site.running(command("worker")))
        site.wait_until(lambda: deployed.is_well(port))
        visitor = deployed.Visitor(port, "paint.example.org", tls=True)
        job = visitor.wish()
        site.wait_until(lambda: visitor.state(job) == "done")
        for process, name in ((worker, "worker"), (web, "web")):
            process.terminate()
            assert process.wait(seconds(found[name]["stop_grace_period"])) == 0
    assert "Traceback" not in site.log.read_text()
