"""What was proven about an own item on its way out, in the words of the screen. Pure.

Each word says what a radio reported and nothing beyond it: "on air" is not "heard", "heard"
is not "read". A person's acknowledgement is another thing and stands beside these words.
"""

from __future__ import annotations

import math

from meshdefense.api.schema import DeliveryWords
from meshdefense_tui.phrases import phrase

__all__ = ["delivery_role", "delivery_words", "ordinal"]

_ROLES = {
    "queued": "quiet",
    "at_radio": "quiet",
    "on_air": "plain",
    "heard": "good",
    "unheard": "warn",
    "refused": "warn",
    "expired": "bad",
    "cancelled": "quiet",
    "local": "warn",
}


def delivery_words(delivery: DeliveryWords, now: float, language: str = "en") -> str:
    """The words for `delivery` at `now` (seconds since the epoch).

    Empty for what came in ("received"): nothing of ours is on its way. A state that this
    version does not know is named as it came.
    """
    state = delivery["state"]
    if state == "received":
        return ""
    if state not in _ROLES:
        return phrase("delivery_newer", language, state=state)
    words = phrase(f"delivery_{state}", language)
    position = delivery.get("position")
    if state == "queued" and position is not None:
        words = phrase("delivery_queued_at", language, place=ordinal(position, language))
    attempts = delivery.get("attempts", 0)
    if state == "on_air" and attempts > 1:
        words += phrase("delivery_attempt", language, count=attempts)
    reason = delivery.get("reason", "")
    if reason and state in {"queued", "refused", "expired", "cancelled", "local"}:
        words += f" ({reason})"
    retry_at = delivery.get("retry_at")
    if retry_at is not None and state in {"unheard", "refused"}:
        words += phrase("delivery_retry", language, wait=_wait(retry_at - now, language))
    return words


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
