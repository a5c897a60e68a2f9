"""What a locked node says on the command line: counts, in the reader's language."""

from __future__ import annotations

import pytest

from meshdefense import language
from meshdefense.cli.locked_words import locked_rows, refusal_words

COUNTS = {"sos": 1, "verified": 2, "unconfirmed": 3, "unread": 4, "late": 5}
STATUS = {"counts": COUNTS, "unlock_wait_s": 1.2, "items": 1, "outbox": 6, "store": "ok"}


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("en", {"overdue": "5", "not verified": "3", "waiting": "6 of your own not yet heard"}),
        ("es", {"atrasadas": "5", "sin verificar": "3", "en espera": "6 propios aún no oídos"}),
    ],
)
def test_each_count_has_its_row_in_both_languages(spoken: str, said: dict[str, str]) -> None:
    with language.speaking(spoken):
        rows = locked_rows(STATUS)
    assert said.items() <= dict(rows).items()
    assert any("2 s" in words for label, words in rows if not label)


def test_a_daemon_of_an_earlier_version_does_not_tell_who_is_late() -> None:
    older = {name: count for name, count in COUNTS.items() if name != "late"}
    with language.speaking("en"):
        assert "overdue" not in dict(locked_rows({**STATUS, "counts": older}))


def test_a_wrong_passphrase_and_one_that_came_too_soon_are_told_apart() -> None:
    with language.speaking("es"):
        assert refusal_words("wrong_passphrase") == "Contraseña incorrecta."
        assert "no se miró" in (refusal_words("wait") or "")
        assert refusal_words("internal") is None
