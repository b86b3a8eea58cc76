"""The machine."""

from __future__ import annotations

from tests.security.mutations.mutation import GALLERY, SECURITY, take

MUTATIONS = [
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
         'return JsonResponse({"error": message, "request"',
         'return JsonResponse({"error": __import__("traceback").format_exc(), "request"',
         f"{GALLERY}errors.py::test_an_error_of_ours_tells_nothing_of_its_inside"),
    take("names in a log are printable", "gallery/links/pages.py",
         "    link = views.find(request, token)\n",
         '    __import__("logging").getLogger("x").warning("link %s", request.META.get('
         '"HTTP_USER_AGENT"))\n    link = views.find(request, token)\n',
         f"{SECURITY}names.py::test_no_visitor_writes_a_line_of_the_log"),
    take("hidden is hidden", "gallery/moderation/moderated.py",
         'wanted = {"hidden_by_moderator": False, ', "wanted = {",
         f"{GALLERY}reports.py::test_a_hidden_picture_is_for_its_owner_only_who_is_told_why",
         f"{GALLERY}cards_meta.py::test_a_hidden_picture_loses_its_card_and_its_file"),
    take("figures are for who knows the token", "gallery/operations/views.py",
         "if not (knows_token(request) or is_staff(request)):", "if False:",
         f"{GALLERY}metrics.py::test_only_who_knows_the_token_or_is_staff_finds_them"),
    take("the operators' page is theirs", "gallery/operations/views.py",
         "if not await sync_to_async(lambda: may_operate(request.user))():", "if False:",
         f"{GALLERY}operators_page.py::test_nobody_else_finds_it"),
    take("what a moderator decides is in the trail", "gallery/moderation/trail.py",
         "        subject_id=whose.user_id, guest=whose.guest, **values,\n    )  # fmt: skip\n"
         "    entry.save()\n",
         "        subject_id=whose.user_id, guest=whose.guest, **values,\n    )  # fmt: skip\n",
         f"{GALLERY}trail.py::test_an_entry_says_who_what_of_whom_and_why"),
    take("the trail cannot be changed", "gallery/moderation/models.py",
         "        if not self._state.adding:\n            raise FrozenError\n"
         "        kwargs[\"force_insert\"] = True  # an id that is taken already changes nothing\n",
         "",
         f"{GALLERY}trail.py::test_nothing_of_it_can_be_changed_or_deleted"),
    take("moderators see what was shown or reported", "gallery/moderation/pages.py",
         "if published or reported or services.newest_entry(thing):", "if True:",
         f"{GALLERY}moderation_queue.py::"
         "test_what_is_private_and_was_never_reported_is_out_of_reach"),
    take("who moderates has the permission", "gallery/moderation/permission.py",
         "if not may_moderate(request.user):", "if not request.user.is_authenticated:",
         f"{GALLERY}moderation_queue.py::test_nobody_else_finds_the_pages"),
    take("who is banned does nothing on pages", "gallery/moderation/bans.py",
         "if request.method in SAFE or is_allowed(request):", "if True:",
         f"{GALLERY}bans.py::test_nothing_can_be_made_or_said"),
    take("who is banned does nothing with a token", "gallery/api/auth.py",
         "        check_banned(found.owner)\n", "        pass\n",
         f"{GALLERY}api_tokens.py::test_a_banned_members_token_takes_away_and_does_nothing_else"),
    take("verifying tells of what one may see", "gallery/provenance/reading.py",
         "(row for row in rows if may_see(request, row))", "iter(rows)",
         f"{GALLERY}verify.py::test_a_private_picture_and_one_that_never_was_look_the_same"),
    take("credentials name what is shared", "gallery/provenance/stamp.py",
         "return told(rendering, style) if shared else unnamed(style)",
         "return rendering.name_of(style)",
         f"{GALLERY}provenance.py::test_a_painting_is_named_only_while_its_owner_shares_it",
         f"{GALLERY}provenance.py::test_no_person_photograph_or_title_is_told"),
    take("a signature is ours by its key", "webstyle/engine/credentials.py",
         'reader.get_validation_state() == "Trusted" and serial in trust.serials', "True",
         f"{GALLERY}verify.py::test_somebody_else_who_signs_under_our_name_is_somebody_else"),
]  # fmt: skip
