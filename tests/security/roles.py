"""Who gets what at each address and each socket: one line for each.

    Line("picture_publish", "picture", OWNER, POST=302, data={"public": "1"})

is the address of that name, asked for the example ``picture`` of ``world.py``, which is private and
a member's, named ``owner``. Its owner may POST, and is answered 302; everybody else gets what
``OWNER`` says, 404, and nothing changes. With ``shown=EVERYBODY`` the line is asked a second time
for the same thing published. Methods that a line does not name are answered 405, to everybody.

A new address takes a line in ``LINES``; a new kind of thing takes a row in ``world.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver, get_resolver

from gallery.routing import websockets
from tests.security.world import ROLES

METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "POST")  # in this order: the last one acts
LOGIN = "to the door"  # 302 to the page where one signs in
Outcome = int | str
ADMIN, API = "admin:", "v1:"
BESIDE = ("v1:openapi-json", "v1:api-root")  # no operations


@dataclass(frozen=True)
class Audience:
    """Who is let in, and what the others are answered; with ``hides`` to any method: they are not
    to learn that there is an address."""

    roles: tuple[str, ...]
    otherwise: Outcome = 404
    hides: bool = False
    led: tuple[str, ...] = ()  # these are led to the door


EVERYBODY = Audience(ROLES)
OWNER = Audience(("owner",))
OTHERS = Audience(tuple(role for role in ROLES if role != "owner"))
SIGNED_IN = Audience(ROLES[2:], 302)  # the others are led on, with a word
MEMBERS = Audience(ROLES[2:], LOGIN)
STRANGERS = Audience(ROLES[:2], 302)  # those who are signed in are led on
STAFF = Audience(("staff",))
MODERATORS = Audience(("moderator", "staff"), hides=True)
NOBODY = Audience(())


class Line:
    """``answers``: method to status, for those who are let in. ``csrf`` is False where a request
    that changes something proves by other means than a cookie who sends it; ``counts`` is True
    where a visit leaves a mark on a row."""

    def __init__(
        self, name: str, example: str = "", to: Audience = EVERYBODY, *more: Any,
        shown: Audience | None = None, data: dict[str, Any] | None = None, query: str = "",
        headers: dict[str, str] | None = None, csrf: bool = True, counts: bool = False,
        **answers: Outcome,
    ) -> None:  # fmt: skip
        self.name, self.example, self.to, self.more, self.shown = name, example, to, more, shown
        self.data, self.query, self.headers = data or {}, query, headers or {}
        self.csrf, self.counts, self.answers = csrf, counts, answers
        assert set(answers) <= set(METHODS), name

    def __repr__(self) -> str:
        return self.name

    def expected(self, role: str, method: str, *, shown: bool = False) -> Outcome:
        audience = self.shown if shown and self.shown else self.to
        if audience.hides and role not in audience.roles:
            return audience.otherwise
        if method not in self.answers:
            return 405
        if role in audience.led:
            return LOGIN
        return self.answers[method] if role in audience.roles else audience.otherwise


READ: dict[str, Outcome] = {"GET": 200, "HEAD": 200}
FORM: dict[str, Outcome] = {"GET": 200, "HEAD": 200, "POST": 400}  # sent empty: refused in words
# allauth's: a form that is sent empty comes back.
DOOR: dict[str, Outcome] = {"GET": 200, "HEAD": 200, "POST": 200}
ACT: dict[str, Outcome] = {"POST": 302}
# A form where a file is wanted: refused without opening it, by those who are let in.
RAW: dict[str, Outcome] = {"POST": 400}


TUS = {"Tus-Resumable": "1.0.0"}


def job(kind: str, queued: str, failed: str, done: str) -> list[Line]:
    """What can be asked of a job of any kind."""
    wishes = {"cancel": queued, "pause": queued, "continue": queued, "keep": queued,
              "retry": failed, "delete": done, "restore": done}  # fmt: skip
    return [Line(f"{kind}_{verb}", of, OWNER, **ACT) for verb, of in wishes.items()]


LINES = [
    # Pages for everybody
    Line("home", **READ),
    Line("gallery", **READ),
    Line("built_in_style", "built-in style", **READ),
    Line("tag", "word", **READ),
    Line("person", "owner's name", **READ),
    Line("mix_start", **READ),
    Line("mine", **READ),
    Line("my_links", **READ),
    Line("teach", **FORM),
    Line("batch_create", **FORM),
    Line("set_language", data={"language": "en"}, **ACT),
    Line("script_words", "", EVERYBODY, "zh-hans", **READ),
    # Cards, feeds, embedding
    Line("gallery_feed", **READ),
    Line("person_feed", "owner's name", **READ),
    Line("tag_feed", "word", **READ),
    Line("oembed", query="url=http://testserver/albums/", GET=404, HEAD=404),
    Line("picture_jpeg", "picture", OWNER, 320, shown=EVERYBODY, **READ),
    # Files
    Line("card_file", "built-in style", **READ),
    Line("photo_file", "photo", OWNER, "view", shown=EVERYBODY, **READ),
    Line("painting_file", "painting", OWNER, "view", shown=EVERYBODY, **READ),
    Line("mask_file", "mask", OWNER, "view", **READ),
    Line("picture_file", "picture", OWNER, "view", shown=EVERYBODY, **READ),
    Line("style_file", "style", OWNER, "thumb", shown=EVERYBODY, **READ),
    Line("picture_download", "picture", OWNER, "png", shown=EVERYBODY, **READ),
    Line("style_download", "style", OWNER, shown=EVERYBODY, **READ),
    # Files coming in
    Line("upload", **ACT),
    Line("painting_upload", **ACT),
    Line("style_import", **ACT),
    Line("arrivals", headers=TUS | {"Upload-Length": "9"}, POST=415),
    Line("arrival", "arrival", OWNER, headers=TUS, HEAD=200, PATCH=415, DELETE=204,
         counts=True),
    Line("verify", **FORM),
    # Photos and paintings
    Line("studio", "photo", OWNER, **READ),
    Line("paint", "photo", OWNER, data={"style": "udnie", "size": "512"}, **ACT),
    Line("photo_delete", "photo", OWNER, **ACT),
    Line("photo_restore", "photo", OWNER, **ACT),
    Line("mix", "photo", Audience(("owner",), 302), **READ),  # others choose a photo of their own
    Line("regions", "photo", OWNER, **READ),
    Line("painting_edit", "painting", OWNER, data={"title": "Theirs", "public": "1"}, **ACT),
    Line("painting_region", "painting", OWNER, shown=EVERYBODY, **READ),
    Line("painting_delete", "painting", OWNER, **ACT),
    Line("painting_restore", "painting", OWNER, **ACT),
    # Pictures
    Line("picture", "picture", OWNER, shown=EVERYBODY, **READ),
    *job("picture", "queued", "failed", "picture"),
    Line("picture_publish", "picture", OWNER, data={"public": "1", "show_photo": "1"}, **ACT),
    Line("picture_describe", "picture", OWNER, data={"name": "Theirs", "tags": "sea"}, **ACT),
    Line("picture_comments", "picture", OWNER, data={"open": "0"}, **ACT),
    Line("picture_recipe", "picture", OWNER, data={"remixable": "0"}, **ACT),
    Line("remix", "picture", OWNER, shown=EVERYBODY, GET=200, HEAD=200, POST=302),
    Line("picture_favourite", "picture", OWNER, shown=MEMBERS, data={"on": "1"}, **ACT),
    Line("picture_comment", "picture", OWNER, shown=MEMBERS, data={"text": "Lovely"}, **ACT),
    Line("picture_report", "picture", NOBODY, shown=OTHERS, **FORM),
    Line("comment_report", "comment", OTHERS, **FORM),
    Line("painting_report", "painting", NOBODY, shown=OTHERS, **FORM),
    Line("style_report", "style", NOBODY, shown=OTHERS, **FORM),
    Line("album_report", "album", NOBODY, shown=OTHERS, **FORM),
    Line("member_report", "owner's name", OTHERS, **FORM),
    Line("comment_delete", "comment", OWNER, **ACT),
    # Styles
    Line("style", "style", OWNER, shown=EVERYBODY, **READ),
    *job("style", "lesson", "failed lesson", "style"),
    Line("style_edit", "style", OWNER, data={"title": "Theirs", "public": "1"}, **ACT),
    Line("style_on", "style", OWNER, data={"minutes": "2"}, **ACT),
    # Albums
    Line("album", "album", OWNER, shown=EVERYBODY, **READ),
    Line("album_create", data={"title": "New"}, **ACT),
    Line("album_gather", **ACT),
    Line("album_edit", "album", OWNER, data={"title": "Theirs", "visibility": "public"}, **ACT),
    Line("album_arrange", "album", OWNER, POST=404),  # of no picture
    Line("album_publish", "album", OWNER, **ACT),
    Line("album_delete", "album", OWNER, **ACT),
    Line("album_restore", "album", OWNER, **ACT),
    # Many at once
    Line("batch", "batch", OWNER, **READ),
    Line("batch_cancel", "batch", OWNER, **ACT),
    Line("batch_retry", "batch", OWNER, **ACT),
    Line("batch_sheet", "batch", OWNER, "jpg", **READ),
    Line("batch_zip", "batch", OWNER, **READ),
    Line("batch_delete", "batch", OWNER, **ACT),
    Line("batch_restore", "batch", OWNER, **ACT),
    # Links, for whoever has them: what a password holds back is in tests of their own
    Line("link_create", "picture", OWNER, data={"lasts": "week"}, **ACT),
    Line("album_link_create", "album", OWNER, data={"lasts": "week"}, **ACT),
    Line("link_revoke", "link", OWNER, **ACT),
    Line("link_restore", "link", OWNER, **ACT),
    Line("links_revoke_all", **ACT),
    Line("share", "link token", counts=True, GET=200, HEAD=200, POST=302),
    Line("share_file", "link token", EVERYBODY, "view", **READ),
    Line("share_download", "link token", EVERYBODY, "jpg", **READ),
    Line("share_place", "album link token", EVERYBODY, 1, counts=True, **READ),
    Line("share_zip", "album link token", **READ),
    Line("share_album_file", "album link token", EVERYBODY, 1, "view", **READ),
    Line("share_album_download", "album link token", EVERYBODY, 1, "jpg", **READ),
    # Members
    Line("profile_edit", to=MEMBERS, data={"about": "Hello", "named": "on"}, **ACT),
    Line("favourites", to=MEMBERS, **READ),
    Line("account", to=MEMBERS, **READ),
    Line("account_everywhere", to=MEMBERS, **ACT),
    Line("account_export", to=SIGNED_IN, GET=302, HEAD=302, POST=200),
    Line("account_delete", to=MEMBERS, GET=200, HEAD=200, POST=200),
    Line("account_email", to=MEMBERS, GET=200, HEAD=200, POST=302),
    Line("account_change_password", to=MEMBERS, **DOOR),
    Line("account_reauthenticate", to=MEMBERS, **DOOR),
    Line("account_logout", to=SIGNED_IN, GET=200, HEAD=200, POST=302),
    # Asks for the password once more before anything is made
    Line("account_tokens", to=MEMBERS, GET=200, HEAD=302, POST=302),
    Line("account_token_revoke", "token", Audience(("owner",), led=ROLES[:2]), **ACT),
    Line("decisions", **READ),
    # Those who watch over the site
    Line("moderation", to=MODERATORS, **READ),
    Line("moderation_case", "case", MODERATORS, **READ),
    Line("moderation_look", "case", MODERATORS, **READ),
    Line("moderation_decide", "case", MODERATORS, **RAW),
    Line("moderation_ban", "case", MODERATORS, **RAW),
    Line("moderation_bans", to=MODERATORS, **READ),
    Line("moderation_lift", "ban", MODERATORS, **ACT),
    Line("moderation_trail", to=MODERATORS, **READ),
    Line("operate", to=STAFF, **READ),
    Line("metrics", to=STAFF, counts=True, **READ),
    # For programs: what the API does is in test_api_rights.py, by its own document
    Line("api", **READ),
    Line("v1:openapi-json", csrf=False, **dict.fromkeys(METHODS, 200)),
    Line("v1:api-root", csrf=False, **dict.fromkeys(METHODS, 404)),
    # The doors
    Line("account_login", to=STRANGERS, **DOOR),
    Line("account_signup", to=STRANGERS, **DOOR),
    Line("account_reset_password", **DOOR),
    Line("account_reset_password_done", **READ),
    Line("account_reset_password_from_key", "", EVERYBODY, "1", "made-up", **DOOR),
    Line("account_reset_password_from_key_done", **READ),
    Line("account_confirm_email", "", EVERYBODY, "made:up", GET=200, HEAD=200, POST=404),
    Line("account_email_verification_sent", **READ),
    Line("account_inactive", **READ),
    Line("account_set_password", GET=302, HEAD=302),
]  # fmt: skip


@dataclass(frozen=True)
class Socket:
    """``otherwise``: the code it is closed with for those who are not let in."""

    route: str
    example: str
    to: Audience
    otherwise: int = 4404


SOCKETS = [
    Socket("ws/jobs/", "", Audience(ROLES[1:])),  # of one's own jobs: none, for the others
    Socket("ws/mix/<uuid:pk>/", "photo", OWNER),
]


def routes() -> Iterator[tuple[str, str]]:
    """Name and pattern of each address there is, but those of the admin pages and of what the API
    does."""
    for name, where in walk():
        operation = name.startswith(API) and name not in BESIDE
        if not operation and not name.startswith(ADMIN):
            yield name, where


def admin_routes() -> Iterator[tuple[str, str]]:
    return ((name, where) for name, where in walk() if name.startswith(ADMIN))


def walk(
    patterns: list[Any] | None = None, where: str = "", space: str = ""
) -> Iterator[tuple[str, str]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = where + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, here, inner)
        else:
            yield f"{space}{pattern.name or ''}", here


def socket_routes() -> list[str]:
    return [str(route.pattern) for route in websockets]
