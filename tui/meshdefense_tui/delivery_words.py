"""What was proven about an own item on its way out, in the words of the screen. Pure.

Each word says what a radio or a member's node reported and nothing beyond it: "on air" is not
"heard", "heard" is not "held", "held" is not "read". A person's acknowledgement is another
thing and stands beside these words.
"""

from __future__ import annotations

import math

from rich.cells import cell_len

from meshdefense.api.held import held_counts
from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.sentences import translated
from meshdefense_tui.phrases import phrase

__all__ = ["delivery_role", "delivery_words", "fitting_words", "ordinal"]

_ROLES = {
    "queued": "quiet",
    "at_radio": "quiet",
    "on_air": "plain",
    "heard": "good",
    "held": "good",
    "unheard": "warn",
    "refused": "warn",
    "expired": "bad",
    "cancelled": "quiet",
    "local": "warn",
}


_GROUPS = {"verifiers": "V", "bases": "B", "all": "M"}
"""Their letters in the short form, the same in both languages."""


def fitting_words(delivery: DeliveryWords, now: float, language: str, room: int) -> str:
    """The words, in their short form where the long one takes more than `room` cells."""
    words = delivery_words(delivery, now, language)
    if cell_len(words) <= room or delivery["state"] != "held":
        return words
    return delivery_words(delivery, now, language, short=True)


def delivery_words(
    delivery: DeliveryWords, now: float, language: str = "en", *, short: bool = False
) -> str:
    """The words for `delivery` at `now` (seconds since the epoch).

    Empty for what came in ("received"): nothing of ours is on its way. A state that this
    version does not know is named as it came. `short` counts holders as in "V6/7 B2/3".
    """
    state = delivery["state"]
    if state == "received":
        return ""
    if state not in _ROLES:
        return phrase("delivery_newer", language, state=state)
    if state == "held":
        return _held_words(delivery, language, short)
    words = phrase(f"delivery_{state}", language)
    position = delivery.get("position")
    if state == "queued" and position is not None:
        words = phrase("delivery_queued_at", language, place=ordinal(position, language))
    attempts = delivery.get("attempts", 0)
    if state == "on_air" and attempts > 1:
        words += phrase("delivery_attempt", language, count=attempts)
    reason = delivery.get("reason", "")
    if reason and state in {"queued", "refused", "expired", "cancelled", "local"}:
        words += f" ({translated(reason, language)})"
    retry_at = delivery.get("retry_at")
    if retry_at is not None and state in {"unheard", "refused"}:
        words += phrase("delivery_retry", language, wait=_wait(retry_at - now, language))
    return words


def _held_words(delivery: DeliveryWords, language: str, short: bool) -> str:
    held = delivery.get("held")
    if held is None:
        return phrase("delivery_held", language)
    counts = held_counts(held)
    if short:
        said = " ".join(f"{_GROUPS[name]}{known}/{there}" for name, known, there in counts)
        return phrase("delivery_held_short", language, counts=said)
    parts = []
    for name, known, there in counts:
        group = phrase(f"held_{name}" if there != 1 else f"held_{name}_one", language)
        parts.append(phrase("held_count", language, known=known, there=there, group=group))
    *first, last = parts
    said = f"{', '.join(first)} {phrase('and', language)} {last}" if first else last
    return phrase("delivery_held_by", language, counts=said)


def delivery_role(delivery: DeliveryWords) -> str:
    """The role of the words, a hint beside them."""
    return _ROLES.get(delivery["state"], "quiet")


def ordinal(number: int, language: str = "en") -> str:
    """1st, 2nd, 3rd, 11th; in Spanish 1.º."""
    if language == "es":
        return f"{number}.º"
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _wait(seconds: float, language: str) -> str:
    if seconds < 1:
        return phrase("wait_now", language)
    if seconds < 100:
        return phrase("wait_seconds", language, count=math.ceil(seconds))
    return phrase("wait_minutes", language, count=math.ceil(seconds / 60))
