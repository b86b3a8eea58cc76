"""What a trial is: a defence, how to take it away, and the tests that have to notice."""

from __future__ import annotations

from dataclasses import dataclass

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

    def applied(self, text: str) -> str:
        """Raises ValueError where the code has changed since."""
        if (found := text.count(self.old)) != 1:
            raise ValueError(f"{self.file} has it {found} times: {self.old!r}")
        return text.replace(self.old, self.new)


def take(defence: str, file: str, old: str, new: str, *tests: str) -> Mutation:
    return Mutation(defence, file, old, new, tests)
