"""Many public pictures: rows only, whose files are those of one."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gallery.browse.listing import relist
from gallery.models import Favourite, Rendering, Tag
from webstyle.engine.weights import styles

MEMBERS = 20
WORDS = ("sea", "dusk", "portrait", "冬天", "harbour")


def crowd(painted: Rendering, number: int, first: int = 0) -> None:
    """``number`` more, numbered from ``first``: half of them by one member, in one style, with one
    tag, the others by others; three in four with favourites, of this week or of an earlier one."""
    users = get_user_model().objects
    people = [users.get_or_create(username=f"member-{n}")[0] for n in range(MEMBERS)]
    slugs, now = list(styles()), timezone.now()
    rows: list[Rendering] = []
    for n in range(first, first + number):
        row = Rendering.objects.get(pk=painted.pk) if not rows else _copy(rows[0])
        row.pk, row._state.adding = Rendering().pk, True
        row.owner, row.guest, row.public = people[n % 2 and n % MEMBERS], "", True
        row.created = row.published = now - timedelta(minutes=n)
        row.recipe = {
            **row.recipe,
            "styles": [["udnie" if n % 4 < 2 else slugs[n % len(slugs)], 1.0]],
        }
        row.styles_named = {}
        row.name = f"Picture {n}" if n % 3 else ""
        row.alt = "A lighthouse" if n == 50 else ""
        row.caption_text = f"Taken in the garden, on day {n}, before it rained"
        rows.append(row)
    Rendering.objects.bulk_create(rows, batch_size=400)
    Tag.objects.bulk_create(
        [Tag(rendering=row, word=word) for n, row in enumerate(rows, first)
         for word in {"sea" if n % 4 else "dusk", WORDS[n % 5]}],
        batch_size=400,
    )  # fmt: skip
    Favourite.objects.bulk_create(
        [Favourite(rendering=row, user=people[(n + k) % MEMBERS],
                   created=now - timedelta(days=n % (60 if n >= 60 else 7), minutes=k))
         for n, row in enumerate(rows, first) if n % 4 for k in range(1 + n % 3)],
        batch_size=400,
    )  # fmt: skip
    relist(row.pk for row in rows)


def _copy(row: Rendering) -> Rendering:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return Rendering(**values)


# Public pages, each of which a hundred pictures fill, but for the searches that find few.
ADDRESSES = {
    "newest": "/gallery/",
    "loved": "/gallery/?order=loved",
    "style": "/gallery/?style=udnie",
    "tag": "/gallery/?tag=sea",
    "style and tag": "/gallery/?style=udnie&tag=sea",
    "loved in a style": "/gallery/?order=loved&style=udnie",
    "search, all": "/gallery/?q=garden",
    "search, one": "/gallery/?q=lighthouse",
    "search, none": "/gallery/?q=zeppelin",
    "search, a member": "/gallery/?q=member-0",
    "search, Chinese": "/gallery/?q=冬天",
    "search in a style": "/gallery/?q=garden&style=udnie",
    "style's page": "/styles/udnie/",
    "tag's page": "/tags/sea/",
    "member's page": "/people/member-0/",
}
DEEP = ("newest", "loved", "style", "tag", "search, all", "style's page", "member's page")


def deep(client: Client, address: str) -> str:
    """The last page that is full."""
    page = client.get(address).context["page"].paginator.num_pages - 1
    return f"{address}{'&' if '?' in address else '?'}page={page}"


def pages(client: Client) -> dict[str, str]:
    """All of them, with the pictures that there are now."""
    return ADDRESSES | {f"{name}, deep": deep(client, ADDRESSES[name]) for name in DEEP}
