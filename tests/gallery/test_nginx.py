"""A real nginx in front, that sends the files itself: with docs/deploy.md's own configuration."""

from __future__ import annotations

import http.client
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cast
from tests.backends import own_site
from tests.gallery.conftest import missing
from tests.gallery.test_serving import Browser
from tests.gallery.test_tus_client import client_of, made
from tests.malformed.onslaught import answers
from tests.sites import migrated

pytestmark = pytest.mark.local("nginx sends files out of a folder")
OURS = re.compile(r"<!-- nginx -->\n```nginx\n(.*?)```", re.DOTALL)


def configuration(folder: Path, port: int, site: int, media: Path) -> str:
    """That of the manual, without TLS, for this machine and this moment."""
    (server,) = OURS.findall((cast.ROOT / "docs" / "deploy.md").read_text())
    plain = re.sub(r"^\s*ssl_.*\n", "", server, flags=re.MULTILINE)
    for was, now in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("server_name paint.example.org files.example.org;", "server_name localhost;"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{site}"),
        ("/var/lib/webstyle/media/", f"{media}/"),
    ):
        assert was in plain, was
        plain = plain.replace(was, now)
    return f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log;
        user root; worker_processes 1;
        events {{ worker_connections 64; }}
        http {{
            access_log off; types {{ }} default_type application/octet-stream;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            {plain}
        }}
    """


@pytest.fixture
def front(tmp_path: Path) -> Iterator[int]:
    """The port of nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        missing("nginx", "nginx")
    var, log = tmp_path / "var", tmp_path / "serve.log"
    site, port = cast.free_port(), cast.free_port()
    own = migrated(own_site(var)) | {"MEDIA_DELIVERY": "x-accel"}
    (tmp_path / "nginx.conf").write_text(configuration(tmp_path, port, site, var / "media"))
    with cast.managing(log, "serve", "--port", site, **own):
        cast.wait_until(lambda: answers(site), log)
        nginx = subprocess.Popen([program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"),
                                  "-e", str(tmp_path / "error.log")])  # fmt: skip
        try:
            cast.wait_until(lambda: answers(port), log)
            yield port
        finally:
            nginx.terminate()
            nginx.wait(20)


def get(visitor: Browser, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    line = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=30)
    line.request(
        "GET",
        path,
        headers={"Cookie": cookies, "Host": "localhost", "Accept": "application/json", **headers},
    )
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer, body


def test_nginx_sends_what_we_allow_and_nothing_else(front: int, tmp_path: Path) -> None:
    visitor = Browser(front)
    status, photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
    assert status == 201
    stored = tmp_path / "var" / "media" / "photos" / photo["id"] / "view.webp"
    answer, body = get(visitor, photo["view"])
    assert (answer.status, body) == (200, stored.read_bytes())
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.get_all("Content-Security-Policy") == ["default-src 'none'; sandbox"]
    assert answer.headers.get_all("Cross-Origin-Resource-Policy") == ["same-origin"]
    assert "X-Accel-Redirect" not in answer.headers

    answer, part = get(visitor, photo["view"], Range="bytes=10-19")
    assert (answer.status, part) == (206, body[10:20])

    stranger = Browser(front)
    assert get(stranger, photo["view"])[0].status == 404
    for way in ("/media-internal", f"/media-internal/photos/{photo['id']}/view.webp",
                f"/media-internal/../media-internal/photos/{photo['id']}/view.webp"):  # fmt: skip
        assert get(visitor, way)[0].status == 404, way


def test_uploads_in_pieces_come_through_nginx(front: int) -> None:
    visitor = Browser(front)
    assert visitor.ask("POST", "/api/v1/photos", cast.encoded("rocket.jpg"))[0] == 201
    data = cast.encoded("coffee.png", size=1024)
    sender = client_of(visitor).uploader(file_stream=io.BytesIO(data), chunk_size=60_000)
    sender.upload()
    assert made(visitor, sender.url)[0] == 201
