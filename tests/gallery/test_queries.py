"""A page asks the database as often for twenty pictures as for two."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Batch, Rendering, ShareLink
from tests.cast import GUEST, copies


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["gallery", "home", "mine"])
def test_the_number_of_queries_does_not_grow_with_the_pictures(
    guest: Client, painted: Rendering, name: str
) -> None:
    copies(painted, 2, public=True)
    few = queries(guest, reverse(name))
    copies(painted, 18, public=True)
    assert queries(guest, reverse(name)) == few
    assert few < 15


@pytest.mark.parametrize(
    "address", ["/styles/udnie/", "/gallery/?style=udnie&q=udnie", "/gallery/?order=loved"]
)
def test_nor_with_those_of_a_wall(guest: Client, painted: Rendering, address: str) -> None:
    copies(painted, 2, public=True)
    few = queries(guest, address)
    copies(painted, 18, public=True)
    assert queries(guest, address) == few
    assert few < 15


def test_nor_with_the_pictures_of_a_batch(guest: Client, painted: Rendering) -> None:
    styles = ["udnie", *(f"style-{n}" for n in range(18))]
    batch = Batch.objects.create(title="Many", styles=styles, **GUEST.fields)
    painted.change(batch=batch)
    few = queries(guest, batch.get_absolute_url())
    for row, style in zip(copies(painted, 18), styles[1:], strict=True):
        row.change(recipe=row.recipe | {"styles": [[style, 1.0]]})
    assert guest.get(batch.get_absolute_url()).context["total"] == 19
    assert queries(guest, batch.get_absolute_url()) == few
    assert few < 15


def test_nor_with_the_links_in_a_list(guest: Client, painted: Rendering) -> None:
    ShareLink.objects.create(rendering=painted, **GUEST.fields)
    few = queries(guest, reverse("my_links"))
    for _ in range(9):
        ShareLink.objects.create(rendering=painted, **GUEST.fields)
    assert queries(guest, reverse("my_links")) == few
    assert few < 15
