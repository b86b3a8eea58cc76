"""Pictures in a bucket instead of a folder: moto's server stands in for S3."""

from __future__ import annotations

import io
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gallery import purging, scratch
from gallery.models import Photo, Rendering
from tests import cast, servers
from tests.backends import own_site, site_in
from tests.gallery.test_serving import Browser
from tests.malformed.onslaught import answers
from tests.sites import contents, managed, migrated, refused

pytestmark = pytest.mark.local("has a bucket of its own, whatever else there is")
BUCKET, REGION = "pictures", "eu-central-1"
KEYS = {"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret"}


@pytest.fixture(scope="module")
def endpoint() -> str:
    return servers.start("s3")["s3"]


@pytest.fixture
def bucket(endpoint: str) -> Any:
    """Empty."""
    s3 = boto3.resource(
        "s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="key",
        aws_secret_access_key="secret",
    )  # fmt: skip
    bucket = s3.Bucket(BUCKET)
    bucket.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def in_bucket(endpoint: str, bucket: Any, settings) -> Any:
    """The storage as webstyle.settings makes it of the environment."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "gallery.bucket.BucketStorage",
            "OPTIONS": {
                "bucket_name": BUCKET, "endpoint_url": endpoint, "region_name": REGION,
                "access_key": "key", "secret_key": "secret", "addressing_style": "path",
                "signature_version": "s3v4", "file_overwrite": False,
            },
        }
    }  # fmt: skip
    settings.S3_BUCKET = BUCKET
    assert storages["default"].bucket_name == BUCKET
    return bucket


def keys(bucket: Any) -> list[str]:
    return sorted(item.key for item in bucket.objects.all())


def test_a_photo_is_uploaded_painted_shown_downloaded_and_deleted(
    guest: Client, in_bucket: Any, run_queue
) -> None:
    answer = guest.post(reverse("v1:photos"), cast.encoded("coffee.png"), content_type="image/jpeg")
    assert answer.status_code == 201
    photo = Photo.objects.get()
    assert keys(in_bucket) == [f"photos/{photo.pk}/{name}"
                               for name in ("original.jpg", "thumb.webp", "view.webp")]  # fmt: skip
    picture = cast.submit(photo)
    run_queue()
    picture.refresh_from_db()
    assert picture.state == "done"
    assert guest.get(picture.get_absolute_url()).status_code == 200
    shown = cast.body(guest.get(picture.view_url))
    assert Image.open(io.BytesIO(shown)).size == (picture.width, picture.height)
    for kind in ("jpg", "png"):
        address = reverse("picture_download", args=[picture.pk, kind])
        assert Image.open(io.BytesIO(guest.get(address).content)).width == picture.width
    jpeg = reverse("picture_jpeg", args=[picture.pk, 160])
    assert guest.get(jpeg).content == guest.get(jpeg).content
    guest.post(reverse("photo_delete", args=[photo.pk]))
    for model in (Photo, Rendering):
        model.objects.update(deleted=timezone.now() - timezone.timedelta(hours=2))
    purging.purge()
    assert keys(in_bucket) == []


def test_a_lost_file_is_not_found(guest: Client, in_bucket: Any) -> None:
    photo = cast.make_photo()
    in_bucket.objects.all().delete()
    assert guest.get(photo.view_url).status_code == 404


def test_previews_and_checkpoints_of_broken_attempts_are_swept(in_bucket: Any, db: None) -> None:
    job = cast.submit(cast.make_photo())
    job.change(preview=scratch.save_preview(job, b"one"))
    second = scratch.save_preview(job, b"two")
    kept = scratch.save_checkpoint(job, b"here")
    job.change(checkpoint=kept)
    lost = scratch.save_checkpoint(job, b"lost")
    assert second != job.preview.name
    assert {second, kept, lost} <= set(keys(in_bucket))
    scratch.sweep(job)
    assert {name for name in keys(in_bucket) if name.startswith(job.folder)} == {
        job.preview.name, kept
    }  # fmt: skip
    assert scratch.read_checkpoint(job) == b"here"
    scratch.remove_folder(job.folder)
    assert not [name for name in keys(in_bucket) if name.startswith(job.folder)]


def test_two_files_never_share_a_name(in_bucket: Any) -> None:
    names = {default_storage.save("a/b.bin", ContentFile(b"x")) for _ in range(3)}
    assert len(names) == 3


def test_all_threads_share_one_client_and_what_was_written_is_not_asked_for_its_size(
    in_bucket: Any,
) -> None:
    asked = []
    events = default_storage.connection.meta.client.meta.events
    events.register("before-call.s3", lambda model, **more: asked.append(model.name))
    with ThreadPoolExecutor(1) as pool:
        name = pool.submit(default_storage.save, "a/b.bin", ContentFile(b"four")).result()
    assert default_storage.size(name) == 4
    assert asked == ["HeadObject", "PutObject"]
    in_bucket.Object(name).put(Body=b"longer")  # by another process
    assert default_storage.size(name) == 6
    default_storage.save("a/c.bin", ContentFile(b"x"))
    default_storage.delete("a/c.bin")
    with pytest.raises(FileNotFoundError):
        default_storage.size("a/c.bin")


def test_the_owner_is_sent_to_a_signed_address_and_a_stranger_is_not(
    guest: Client, stranger: Client, in_bucket: Any, settings
) -> None:
    settings.MEDIA_DELIVERY = "s3"
    photo = cast.make_photo()
    assert stranger.get(photo.view_url).status_code == 404
    answer = guest.get(photo.view_url)
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "private, max-age=240"
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["X-Amz-Expires"] == ["600"]
    with urllib.request.urlopen(answer["Location"]) as sent:
        assert sent.read() == cast.encoded("coffee.png", "webp")
        assert sent.headers["Content-Type"] == "image/webp"
        assert sent.headers["Cache-Control"] == "private, max-age=3600"


def test_the_site_itself_runs_on_a_bucket(endpoint: str, bucket: Any, tmp_path: Path) -> None:
    var, log, port = tmp_path / "var", tmp_path / "serve.log", cast.free_port()
    own = own_site(var) | {
        "S3_BUCKET": BUCKET, "S3_ENDPOINT": endpoint, "S3_REGION": REGION, **KEYS,
        "MEDIA_DELIVERY": "s3",
    }  # fmt: skip
    migrated(own)
    visitor = Browser(port)
    with cast.managing(log, "serve", "--port", port, **own):
        cast.wait_until(lambda: answers(port), log)
        status, photo = visitor.ask("POST", "/api/v1/photos", cast.encoded("coffee.png"))
        assert status == 201
        wish = {"photo": photo["id"], "styles": [{"style": "udnie"}], "size": 512}
        body, kind = json.dumps(wish).encode(), "application/json"
        status, job = visitor.ask("POST", "/api/v1/renderings", body, kind)
        assert status == 201

        def done_job() -> bool:
            return [one["state"] for one in visitor.jobs()] == ["done"]

        cast.wait_until(done_job, log)
    assert any(key.startswith(f"renderings/{job['id']}/") for key in keys(bucket))
    assert not list((var / "media").rglob("*.webp"))


@pytest.mark.django_db(transaction=True)
def test_a_site_moves_into_a_bucket_and_back_into_a_folder(
    painted: Rendering, bucket: Any, endpoint: str, tmp_path: Path
) -> None:
    there = cast.stored_files()
    where = {"S3_BUCKET": BUCKET, "S3_REGION": REGION, "S3_ENDPOINT": endpoint, **KEYS}
    sites = [site_in(tmp_path / "bucket") | where, site_in(tmp_path / "back")]
    managed({}, "backup", tmp_path / "0.tar")
    for number, site in enumerate(sites):
        managed(site, "restore", tmp_path / f"{number}.tar")
        managed(site, "backup", tmp_path / f"{number + 1}.tar")
    assert sorted(keys(bucket)) == there
    assert not list((tmp_path / "bucket").rglob("*.webp"))
    assert contents(sites[1]) == contents({})
    other = site_in(tmp_path / "other") | where
    assert "the storage is not empty" in refused(other, "restore", tmp_path / "0.tar")
