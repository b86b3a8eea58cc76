"""What each answer has to say to a browser, whatever it answers."""

from __future__ import annotations

from django.http import HttpResponse

POLICY = {
    "default-src": "'self'", "object-src": "'none'", "base-uri": "'self'", "form-action": "'self'",
    "frame-ancestors": "'none'", "img-src": "'self' data: blob:",
}  # fmt: skip
# Of what came from visitors, should it ever be opened as a page.
FILES = {"default-src": "'none'", "sandbox": ""}
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def directives(policy: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in policy.split(";") if part.strip())
    return {name: value for name, _, value in parts}


def faults(answer: HttpResponse, *without: str) -> list[str]:
    """One line for each header that is missing or says something else; none is as it should be."""
    policy = directives(answer.get("Content-Security-Policy", ""))
    found = [
        f"{name} {policy.get(name)!r}, not {value!r}"
        for name, value in POLICY.items()
        if policy.get(name) != value and policy != FILES
    ]
    found += [
        f"{name}: {answer.get(name)!r}, not {value!r}"
        for name, value in WANTED.items()
        if name not in without and answer.get(name) != value
    ]
    if any(word in value for value in policy.values() for word in ("unsafe", "*", "http")):
        found.append(f"policy lets in {policy}")
    return found
