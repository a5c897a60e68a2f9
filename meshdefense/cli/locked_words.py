"""What a locked node says on the command line, in the language of the environment."""

from __future__ import annotations

import math
from typing import Any

from meshdefense.catalogue import tr, trn

__all__ = ["locked_rows", "refusal_words"]


def locked_rows(status: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and words of the `status` row of a locked daemon."""
    counts = status["counts"]
    rows = [(tr("node"), tr("locked: counts only; `meshdefense unlock` shows the rest"))]
    if (wait_s := status.get("unlock_wait_s", 0.0)) > 0:
        wait = tr("the next passphrase is looked at in {count} s", count=math.ceil(wait_s))
        rows.append(("", wait))
    rows += [
        (tr("SOS"), str(counts["sos"])),
        (tr("verified"), str(counts["verified"])),
        (tr("not verified"), str(counts["unconfirmed"])),
    ]
    if "late" in counts:
        rows.append((tr("overdue"), str(counts["late"])))
    unread, items, waiting = counts["unread"], status["items"], status["outbox"]
    return [
        *rows,
        (tr("for you"), tr("{count} not acknowledged by you", count=unread)),
        (tr("items"), trn("{count} stored", "{count} stored", items)),
        (tr("waiting"), tr("{count} of your own not yet heard", count=waiting)),
        (tr("store"), status["store"]),
    ]


def refusal_words(code: str) -> str | None:
    """The sentence for a passphrase that did not unlock; None for any other error."""
    if code == "wrong_passphrase":
        return tr("Wrong passphrase.")
    if code == "wait":
        return tr("This passphrase was not looked at: wrong ones came before.")
    return None
