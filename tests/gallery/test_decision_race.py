"""Of moderators who decide about one thing at once, one does; the others are told."""

from __future__ import annotations

from collections import Counter

from tests.gallery.test_claims import answer_of, database_url  # noqa: F401  a fixture
from tests.sites import OF_ITS_OWN

pytestmark = OF_ITS_OWN


def test_one_decides_and_the_others_are_told(database_url: str) -> None:  # noqa: F811
    told = answer_of("decision_race.py", database_url)
    assert (told["entries"], told["bans"]) == (2, 1)
    decided, banned = Counter(told["decide"]), Counter(told["ban"])
    assert (decided.pop("done"), banned.pop("done")) == (1, 1)
    assert (decided.total(), banned.total()) == (3, 3)
    assert all("has decided meanwhile: Hidden" in words for words in decided)
    assert all("banned already" in words for words in banned)
