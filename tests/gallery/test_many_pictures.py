"""With ten thousand pictures the walls ask as little as with a hundred, and sort none of them.

How long the pages take is measured by benchmarks/browse.py.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gallery.browse.walls import wall
from gallery.models import Rendering
from tests.crowd import crowd, pages

FEW, MANY = 100, 10_000


def queries(client: Client) -> dict[str, int]:
    asked = {}
    for name, address in pages(client).items():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200, address
        asked[name] = len(caught)
    return asked


@pytest.mark.timeout(900)
def test_ten_thousand_take_as_many_queries_as_a_hundred(client: Client, painted: Rendering) -> None:
    crowd(painted, FEW)
    few = queries(client)
    crowd(painted, MANY - FEW, FEW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert wall().count() == MANY
    # Fewer only where those with favourites now fill the page.
    assert {name: n for name, n in queries(client).items() if n != few[name]} in (
        {},
        {"loved in a style": few["loved in a style"] - 2},
    )
    assert max(few.values()) < 15
    if connection.vendor != "sqlite":
        return  # others plan by how much of a table is in memory
    for rows in (wall(), wall(["style:udnie"]), wall(["tag:sea", "style:udnie"])):
        plan = rows.ids[240:264].explain()
        assert "COVERING INDEX" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
