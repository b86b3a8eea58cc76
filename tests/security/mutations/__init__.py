"""Defences that are taken away on trial, by the headings of docs/threat-model.md."""

from __future__ import annotations

from tests.security.mutations import (
    accounts,
    exhaustion,
    files,
    machine,
    other_sites,
    scripts,
    seeing,
)

ROOMS = (seeing, other_sites, scripts, files, accounts, exhaustion, machine)
MUTATIONS = [mutation for room in ROOMS for mutation in room.MUTATIONS]
