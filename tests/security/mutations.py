"""Takes each defence away, in a copy of the code, and tells whether the tests that name it fail.

``python -m tests.security.mutations`` tries all of them, one after the other (some ten seconds
each); with words, those whose defence has one of them in it. It ends with 1 if a defence could be
taken away and nobody noticed. It is no part of the suite: it is for whoever changes a defence, or a
line of docs/threat-model.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache")
SECURITY = "tests/security/test_"
GALLERY = "tests/gallery/test_"
ROLES = f"{SECURITY}roles.py::test_it_answers_as_its_line_says"
TEXT = f"{SECURITY}stored_text.py::test_no_page_takes_any_of_it_for_more_than_text"
SETTINGS = "webstyle/settings.py"


@dataclass(frozen=True)
class Mutation:
    """``old``, which stands in ``file`` exactly once, becomes ``new``; then one of ``tests``, at
    least, has to fail."""

    defence: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def take(defence: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(defence, file, old, new, tests)


MUTATIONS = [
    # Seeing and doing what is another's
    take("what is private is looked up by who asks", "gallery/files.py",
         "    if item is None or not may_see(request, item):\n", "    if item is None:\n",
         f"{ROLES}[picture-other]"),
    take("what is one's own is looked up by whose it is", "gallery/files.py",
         "model.objects.of(visitor(request)).filter(pk=pk)", "model.objects.kept().filter(pk=pk)",
         f"{ROLES}[picture_delete-other]"),
    take("originals are for their owner", "gallery/files.py",
         'if kind == "original" and not item.belongs_to(visitor(request)):', "if False:",
         f"{GALLERY}who_sees_what.py::"
         "test_a_shared_painting_is_for_everybody_until_it_is_taken_back"),
    take("bringing back asks whose it is", "gallery/views.py",
         "if item is None or not item.belongs_to(visitor(request)):", "if item is None:",
         f"{ROLES}[photo_restore-other]"),
    take("private and absent look the same", "gallery/files.py",
         "    if item is None or not may_see(request, item):\n        raise Http404\n",
         "    if item is None:\n        raise Http404\n    if not may_see(request, item):\n"
         '        raise Http404 if "json" in request.headers.get("Accept", "") else '
         '__import__("django.core.exceptions").core.exceptions.PermissionDenied\n',
         f"{SECURITY}ids.py::test_an_id_that_exists_is_answered_like_one_that_does_not"
         "[picture-other]"),
    take("ids are random", "gallery/owned.py", "default=uuid.uuid4", "default=uuid.uuid1",
         f"{SECURITY}ids.py::test_ids_are_random_and_cannot_be_counted"),
    take("each address has a line", "gallery/urls.py",
         '    path("me/", views.mine, name="mine"),\n',
         '    path("me/", views.mine, name="mine"),\n    path("new/", views.mine, name="new"),\n',
         f"{SECURITY}roles.py::test_each_address_has_one_line_and_each_line_an_address"),
    take("each socket has a line", "gallery/routing.py",
         "websockets = [\n", 'websockets = [\n    path("ws/new/", JobsConsumer.as_asgi()),\n',
         f"{SECURITY}socket_roles.py::test_each_socket_has_one_line"),
    take("a socket is of one's own photo", "gallery/consumers.py",
         "return Photo.objects.of(owner).filter(pk=self.photo).exists()", "return bool(owner)",
         f"{SECURITY}socket_roles.py::test_it_opens_for_whom_its_line_says"),
    take("a revoked link is gone", "gallery/links/models.py",
         "return self.kept().filter(lasts", "return self.filter(lasts",
         f"{SECURITY}ids.py::test_a_link_that_was_revoked_is_answered_like_one_that_never_was"),
    take("the page of a link shows what is ticked", "gallery/links/views.py",
         'beside = link.show_photo and picture.engine != SHEET', "beside = picture.engine != SHEET",
         f"{GALLERY}share_links.py::test_only_ticked_things_are_shown"),
    take("admin pages are for staff", "webstyle/urls.py",
         'admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]',
         "admin.site.has_permission = lambda request: request.user.is_active",
         f"{SECURITY}roles.py::test_the_admin_pages_are_for_staff_alone"),
    take("files of one's own are private to caches", "gallery/files.py",
         '"private, max-age=3600"', '"public, max-age=3600"',
         f"{SECURITY}headers.py::test_pages_of_ones_own_are_kept_by_no_cache_on_the_way"),
    take("no other site reads an answer", SETTINGS,
         'CSRF_FAILURE_VIEW = ', 'SECURE_CROSS_ORIGIN_OPENER_POLICY = None\nCSRF_FAILURE_VIEW = ',
         f"{ROLES}[home-nobody]"),
    take("the export is by owner", "gallery/accounts/export.py",
         'model.objects.of(owner).order_by("created")', 'model.objects.order_by("created")',
         f"{GALLERY}accounts_export.py::test_nothing_of_anybody_else_is_in_it"),
    # By another site
    take("forms take the page's token", SETTINGS,
         '    "django.middleware.csrf.CsrfViewMiddleware",\n', "",
         f"{SECURITY}other_sites.py::test_without_the_pages_token_nothing_is_done[paint]"),
    take("behind TLS the page of a form is looked at", SETTINGS,
         'CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])',
         'CSRF_TRUSTED_ORIGINS = ["https://evil.example"]',
         f"{SECURITY}other_sites.py::test_a_token_from_another_sites_page_is_none"),
    take("the session's cookie stays here", SETTINGS,
         "CSRF_FAILURE_VIEW = ", 'SESSION_COOKIE_SAMESITE = "None"\nCSRF_FAILURE_VIEW = ',
         f"{SECURITY}other_sites.py::test_the_cookie_of_the_session_is_not_sent_by_other_sites"),
    take("what takes no token is known", "tests/security/roles.py",
         'Line("upload", **ACT)', 'Line("upload", csrf=False, **ACT)',
         f"{SECURITY}other_sites.py::test_the_lines_that_take_no_token_are_few_and_known"),
    take("what acts is a POST", "gallery/views.py",
         "@require_POST\ndef publish", "def publish", f"{ROLES}[picture_publish-owner]"),
    take("a PUT is no POST", "gallery/accounts/urls.py",
         "form(allauth.login)", "allauth.login", f"{ROLES}[account_login-nobody]"),
    take("sockets are opened from our own pages", "webstyle/asgi.py",
         "AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websockets)))",
         "AuthMiddlewareStack(URLRouter(websockets))",
         f"{SECURITY}socket_roles.py::test_its_owner_opens_it_from_our_own_pages_alone"),
    take("ALLOWED_HOSTS=* is found", "gallery/checks.py",
         'if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:', "if False:",
         f"{SECURITY}settings.py::test_what_is_missing_is_named[ALLOWED_HOSTS-*-webstyle.E001]"),
    take("pages are not framed", SETTINGS,
         '    "django.middleware.clickjacking.XFrameOptionsMiddleware",\n', "",
         f"{ROLES}[home-nobody]", f"{SECURITY}headers.py::test_our_own_files_have_them_too"),
    take("addresses are told to no other site", SETTINGS,
         'SECURE_REFERRER_POLICY = "same-origin"', 'SECURE_REFERRER_POLICY = "unsafe-url"',
         f"{ROLES}[home-nobody]"),
    take("the way back is on this site", "gallery/uploads.py",
         "if url_has_allowed_host_and_scheme(address, None, require_https=request.is_secure()):",
         "if address:",
         f"{SECURITY}redirects.py::test_the_way_back_leads_to_this_site_only"),
    take("an address that cannot be read is none", "gallery/accounts/adapter.py",
         "except ValueError:", "except ZeroDivisionError:",
         f"{SECURITY}redirects.py::test_no_door_leads_there"),
    take("the door leads to this site", "gallery/accounts/adapter.py",
         "return bool(super().is_safe_url(url))", "return True",
         f"{SECURITY}redirects.py::test_no_door_leads_there"),
    # Scripts and markup
    take("comments are escaped", "templates/parts/comments.html",
         "{{ comment.text|linebreaksbr }}", "{{ comment.text|safe|linebreaksbr }}", TEXT,
         f"{SECURITY}code.py::test_no_template_and_no_code_calls_text_safe"),
    take("data for scripts cannot end its element", "templates/picture.html",
         '{{ rendering.snapshot_with_curve|json_script:"snapshot" }}',
         '{% autoescape off %}<script id="snapshot" type="application/json">'
         "{{ rendering.snapshot_with_curve }}</script>{% endautoescape %}", TEXT),
    take("feeds escape what readers show", "gallery/syndication/feeds.py",
         "linebreaks(escape(said))", "linebreaks(said)", TEXT),
    take("messages are escaped", "templates/base.html", "{{ message }}", "{{ message|safe }}",
         f"{SECURITY}stored_text.py::test_what_was_typed_wrong_comes_back_as_text",
         f"{SECURITY}code.py::test_no_template_and_no_code_calls_text_safe"),
    take("there is a policy", SETTINGS, '    "csp.middleware.CSPMiddleware",\n', "",
         f"{ROLES}[home-nobody]"),
    take("the policy has no unsafe words", SETTINGS,
         '"default-src": [SELF],', '"default-src": [SELF, "\'unsafe-inline\'"],',
         f"{ROLES}[home-nobody]"),
    take("kinds are not guessed", SETTINGS,
         "CSRF_FAILURE_VIEW = ", "SECURE_CONTENT_TYPE_NOSNIFF = False\nCSRF_FAILURE_VIEW = ",
         f"{ROLES}[home-nobody]"),
    take("files are sent as what they are", "gallery/files.py",
         'kind = mimetypes.guess_type(field.name or "")[0] or "application/octet-stream"',
         'kind = "image/svg+xml"',
         f"{SECURITY}headers.py::"
         "test_what_came_from_visitors_cannot_run_when_it_is_opened_by_itself"),
    # Files
    take("a picture is measured first", "webstyle/engine/images.py",
         "if width * height > MAX_PIXELS:", "if False:",
         f"{SECURITY}pictures.py::test_a_picture_is_measured_before_it_is_unpacked"),
    take("of an animation one frame is unpacked", "webstyle/engine/images.py",
         "                picture.load()\n",
         '                picture.seek(getattr(picture, "n_frames", 1) - 1)\n'
         "                picture.load()\n",
         f"{SECURITY}pictures.py::test_of_an_animation_one_frame_is_unpacked"),
    take("decoders have so much memory", "webstyle/engine/nursery.py",
         "        (resource.RLIMIT_AS, memory),\n", "",
         "tests/gallery/test_decoding.py::"
         "test_one_that_hangs_swells_or_breaks_is_refused_and_the_next_goes_through"),
    take("all that decoders raise is one sentence", "webstyle/engine/images.py",
         "SyntaxError, EOFError, RuntimeError):", "SyntaxError, EOFError):",
         f"{SECURITY}pictures.py::test_a_file_with_wrong_bytes_is_refused_or_a_picture"),
    take("only pixels are kept", "webstyle/engine/images.py",
         "    clean.paste(picture)\n    return clean\n", "    return picture\n",
         f"{SECURITY}pictures.py::test_of_what_hides_in_a_picture_nothing_comes_out"),
    take("kinds of pictures are a list", "webstyle/engine/images.py",
         "Image.open(source, formats=FORMATS)", "Image.open(source)",
         f"{SECURITY}pictures.py::test_so_is_every_kind_that_is_not_on_the_list"),
    take("no name is one of a file", "gallery/services.py",
         'return Path(printable(name).replace("\\\\", "/")).name.strip()[:100] or _("The file")',
         "return name[:100]",
         f"{SECURITY}names.py::test_no_name_of_a_file_leads_anywhere"),
    take("names in archives are plain", "gallery/accounts/export.py",
         "slugify(row.title)[:60]", "row.title[:60]",
         f"{SECURITY}names.py::test_no_entry_of_an_archive_leads_out_of_it[account_export]"),
    take("names of downloads are plain", "gallery/files.py",
         "{slugify(title) or job.KIND}", "{title}",
         f"{SECURITY}names.py::test_no_file_that_is_sent_is_named_by_more_than_plain_letters"),
    take("a style's numbers are numbers", "webstyle/engine/stylefile.py",
         "if not np.isfinite(file.get_tensor(name)).all():", "if False:",
         f"{SECURITY}style_files.py::test_it_is_refused_in_one_sentence[NaN]"),
    take("a style's shapes are a style's", "webstyle/engine/stylefile.py",
         "if part.get_dtype() != kind or not fits or max(own) > RANKS:", "if False:",
         "tests/engine/test_stylefile.py::test_a_bad_file_is_refused_with_the_reason"),
    take("a style's title is printable", "webstyle/engine/stylefile.py",
         " or not text.isprintable()", "",
         f"{SECURITY}style_files.py::test_it_is_refused_in_one_sentence"),
    take("a style's header may be anything", "webstyle/engine/stylefile.py",
         "TypeError, AttributeError,", "TypeError,",
         f"{SECURITY}style_files.py::test_it_is_refused_in_one_sentence"),
    take("names of styles are no paths", "webstyle/engine/weights.py",
         "if not TAUGHT_NAME.fullmatch(name):", "if False:",
         f"{SECURITY}style_files.py::test_a_name_of_a_style_leads_to_no_other_file"),
    take("nothing is unpickled", "webstyle/engine/torchvision.py",
         "weights_only=True", "weights_only=False",
         f"{SECURITY}code.py::test_nothing_is_unpickled"),
    # Accounts and sessions
    take("one hashing for each try", "gallery/accounts/forms.py",
         'credentials.pop("email", None)', "pass",
         f"{SECURITY}accounts.py::"
         "test_a_wrong_password_takes_as_much_work_as_a_name_that_is_not_there"),
    take("a mail either way", SETTINGS,
         "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True", "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False",
         f"{SECURITY}accounts.py::test_asking_for_a_new_password_is_answered_the_same"),
    take("signing up does not tell", SETTINGS,
         'ACCOUNT_PREVENT_ENUMERATION = "strict"', "ACCOUNT_PREVENT_ENUMERATION = False",
         f"{SECURITY}accounts.py::"
         "test_signing_up_with_an_address_that_is_taken_is_answered_the_same"),
    take("who shows nothing has no page", "gallery/community/people.py",
         "    if not is_self and not seen:\n        raise Http404\n", "",
         f"{SECURITY}accounts.py::test_no_page_tells_an_address"),
    take("tries at a password are counted", SETTINGS,
         "ACCOUNT_RATE_LIMITS = {\n", 'ACCOUNT_RATE_LIMITS = {\n    "login_failed": None,\n',
         f"{GALLERY}accounts_signing_in.py::"
         "test_after_five_wrong_passwords_the_right_one_has_to_wait_too",
         f"{SECURITY}accounts.py::test_the_admin_door_counts_the_same_tries"),
    take("the admin pages have no door of their own", "webstyle/urls.py",
         'admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]',
         "", f"{SECURITY}accounts.py::test_the_admin_door_counts_the_same_tries"),
    take("tries at a link are counted", "gallery/links/views.py",
         "if tried is None:", "if False:",
         f"{GALLERY}share_links.py::test_wrong_passwords_are_counted_and_right_ones_are_not"),
    take("the visitor's address counts", SETTINGS,
         'ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)',
         "ALLAUTH_TRUSTED_PROXY_COUNT = 9",
         f"{GALLERY}accounts_signing_in.py::test_who_tries_many_names_from_one_place_has_to_wait",
         f"{GALLERY}accounts_signing_in.py::test_behind_a_proxy_the_visitors_address_counts",
         f"{SECURITY}settings.py::test_what_is_missing_is_named"),
    take("the guest's key leaves the session", "gallery/accounts/moving.py",
         'request.session.pop(SESSION_KEY, "")', 'request.session.get(SESSION_KEY, "")',
         f"{SECURITY}sessions.py::test_nothing_of_the_guest_is_in_the_members_session"),
    take("signing out closes sockets", "gallery/apps.py",
         "        user_logged_out.connect(on_logout)\n", "",
         f"{SECURITY}socket_roles.py::test_signing_out_closes_what_is_open"),
    take("signing out everywhere ends sessions", "gallery/accounts/sessions.py",
         "    Session.objects.filter(session_key__in=keys).delete()\n", "",
         f"{GALLERY}accounts_sessions.py::"
         "test_signing_out_everywhere_ends_all_sessions_and_nobody_elses"),
    take("cookies are for TLS", SETTINGS,
         "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS",
         "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False",
         f"{SECURITY}settings.py::test_behind_tls_every_setting_is_strict"),
    take("no script reads the session's cookie", SETTINGS,
         "CSRF_FAILURE_VIEW = ", "SESSION_COOKIE_HTTPONLY = False\nCSRF_FAILURE_VIEW = ",
         f"{SECURITY}sessions.py::test_the_cookies_say_how_they_are_to_be_kept"),
    take("TLS is told for the next time", SETTINGS,
         'env.int("HSTS_SECONDS", 3600 if HTTPS else 0)', "0",
         f"{SECURITY}settings.py::test_check_deploy_is_clean"),
    take("the secret key is for its owner", SETTINGS, "touch(mode=0o600)", "touch(mode=0o644)",
         f"{SECURITY}settings.py::test_the_secret_key_is_random_and_for_its_owner_alone"),
    take("a Host that is not ours is refused, as a page", "gallery/context.py",
         "except (ValueError, DisallowedHost):", "except ValueError:",
         f"{SECURITY}hosts.py::test_a_name_that_is_not_ours_is_refused_at_every_address"),
    take("what a proxy heard is not asked", SETTINGS,
         "CSRF_FAILURE_VIEW = ", "USE_X_FORWARDED_HOST = True\nCSRF_FAILURE_VIEW = ",
         f"{SECURITY}hosts.py::test_no_mail_is_sent_with_a_link_to_it",
         f"{SECURITY}hosts.py::test_what_a_proxy_is_said_to_have_heard_is_in_no_answer"),
    # Using up what is there for all
    take("the queue has a limit for each", "gallery/services.py",
         "< settings.MAX_JOBS_WAITING:", "< 10**9:",
         f"{SECURITY}exhaustion.py::test_each_way_into_the_queue_ends_at_the_limit[paint]",
         f"{SECURITY}exhaustion.py::test_one_visitors_work_is_one_owners_and_others_go_on"),
    take("a body is refused by its length", "gallery/uploads.py",
         'if int(request.headers.get("Content-Length") or 0) > settings.MAX_UPLOAD_BYTES:',
         "if False:",
         f"{SECURITY}exhaustion.py::test_a_length_over_the_limit_is_refused_before_a_byte_is_read"),
    take("it is refused before it is sent", "gallery/http.py",
         "if length is None or length > limit + FORM_EXTRA:", "if False:",
         f"{GALLERY}serving.py::test_a_body_that_is_too_large_is_refused_before_it_is_sent"),
    take("a form has so many fields", SETTINGS,
         "CSRF_FAILURE_VIEW = ",
         "DATA_UPLOAD_MAX_NUMBER_FIELDS = None\nCSRF_FAILURE_VIEW = ",
         f"{SECURITY}exhaustion.py::test_a_form_has_only_so_many_fields_and_files"),
    take("what breaks off leaves nothing", "gallery/uploads.py",
         'prefix="upload-")', 'prefix="upload-", delete=False)',
         f"{SECURITY}exhaustion.py::test_a_body_that_breaks_off_leaves_nothing"),
    take("a message has an end", "gallery/http.py",
         'SOCKET_LIMITS = {"websocket_max_frame_size": 32_768}', "SOCKET_LIMITS = {}",
         f"{SECURITY}socket_messages.py::"
         "test_a_message_that_is_too_long_ends_its_socket_before_it_is_sent"),
    take("so many pages wish at a time", "gallery/mixing.py",
         "if page not in self.wishes and len(self.wishes) >= MAX_WAITING:", "if False:",
         f"{GALLERY}mix_socket.py::test_when_too_many_wait_the_next_is_told_so"),
    take("a wish is short", "gallery/mixing.py",
         "if text is None or len(text) > LONGEST:", "if text is None:",
         f"{GALLERY}mix_socket.py::test_a_message_that_cannot_be_read_is_told_so"),
    take("comments are counted", SETTINGS, '    "comment": "6/m/user",\n', "",
         f"{GALLERY}comments.py::test_there_is_a_limit_a_minute"),
    take("reports are counted", SETTINGS, '    "report": "10/h/ip",\n', "",
         f"{GALLERY}reports.py::test_there_is_a_limit_to_reports"),
    # The machine
    take("nothing fetches an address", "gallery/syndication/oembed.py",
         "from __future__ import annotations\n",
         "from __future__ import annotations\n\nimport urllib.request  # noqa\n",
         f"{SECURITY}code.py::"
         "test_nothing_fetches_an_address_but_the_command_that_is_asked_to"),
    take("no address makes the site ask", "gallery/syndication/oembed.py",
         "        parts = urlsplit(url)\n",
         '        __import__("socket").create_connection(("169.254.169.254", 80), 0.1)\n'
         "        parts = urlsplit(url)\n",
         f"{SECURITY}code.py::test_no_address_makes_the_site_ask_anybody"),
    take("nothing that was sent is run", "gallery/regions.py",
         "        return int(text)\n", "        return eval(text)\n",
         f"{SECURITY}code.py::test_nothing_is_run_that_was_sent"),
    take("errors tell nothing of the inside", "gallery/errors.py",
         'return JsonResponse({"error": message}, status=500)',
         'return JsonResponse({"error": __import__("traceback").format_exc()}, status=500)',
         f"{GALLERY}errors.py::test_an_error_of_ours_tells_nothing_of_its_inside"),
    take("names in a log are printable", "gallery/links/pages.py",
         "    link = views.find(request, token)\n",
         '    __import__("logging").getLogger("x").warning("link %s", request.META.get('
         '"HTTP_USER_AGENT"))\n    link = views.find(request, token)\n',
         f"{SECURITY}names.py::test_no_visitor_writes_a_line_of_the_log"),
    take("hidden is hidden", "gallery/models.py",
         "hidden_by_moderator=False", "hidden_by_moderator__in=(True, False)",
         f"{GALLERY}reports.py::test_a_hidden_picture_is_for_its_owner_only_who_is_told_why",
         f"{GALLERY}cards_meta.py::test_a_hidden_picture_loses_its_card_and_its_file"),
]  # fmt: skip


def mutated(text: str, mutation: Mutation) -> str:
    if (found := text.count(mutation.old)) != 1:
        raise ValueError(f"{mutation.file} has it {found} times: {mutation.old!r}")
    return text.replace(mutation.old, mutation.new)


def notices(mutation: Mutation, folder: Path) -> tuple[bool, str]:
    """Whether a test fails, and what pytest said last."""
    path = folder / mutation.file
    whole = path.read_text()
    path.write_text(mutated(whole, mutation))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
             "--show-capture=no", "--tb=no", *mutation.tests],
            cwd=folder, capture_output=True, text=True,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    finally:
        path.write_text(whole)
    last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
    return done.returncode == 1 and " failed" in last, last


def main(words: list[str]) -> int:
    chosen = [
        m for m in MUTATIONS if not words or any(word in m.defence + m.file for word in words)
    ]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="webstyle-mutations-") as place:
        folder = Path(place) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        for mutation in chosen:
            try:
                noticed, said = notices(mutation, folder)
            except ValueError as error:
                noticed, said = False, str(error)
            unnoticed += not noticed
            print(f"{'noticed  ' if noticed else 'UNNOTICED'}  {mutation.defence}  ({said})",
                  flush=True)  # fmt: skip
    print(f"{len(chosen) - unnoticed} of {len(chosen)} noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
