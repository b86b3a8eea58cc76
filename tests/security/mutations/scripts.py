"""Scripts and markup."""

from __future__ import annotations

from tests.security.mutations.mutation import ROLES, SECURITY, SETTINGS, TEXT, take

MUTATIONS = [
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
    take("files are sent as what they are", "gallery/delivery.py",
         'return mimetypes.guess_type(name)[0] or "application/octet-stream"',
         'return "image/svg+xml"',
         f"{SECURITY}headers.py::"
         "test_what_came_from_visitors_cannot_run_when_it_is_opened_by_itself"),
]  # fmt: skip
