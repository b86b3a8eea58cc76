"""A page asks the database as often for twenty pictures as for two."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Rendering
from tests.cast import copies


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
