"""What a pull rings for, and the sentence that says so. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense.api.response_schema import SosRow
from meshdefense_protocol.words import SEVERITIES
from meshdefense_tui.look import Look
from meshdefense_tui.model import Changes, Model
from meshdefense_tui.place_words import place_words
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.banners import answer_names, sos_words

__all__ = ["SOS_AGAIN_S", "Alarm", "alarms"]

SOS_AGAIN_S: Final = 60.0
"""An SOS that nobody has answered rings again after so many seconds."""
_LOUD_SEVERITY: Final = SEVERITIES.code("high")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sentence; the last one stays on the screen."""

    text: str
    role: str
    rings: bool


def alarms(changes: Changes, model: Model, look: Look, now: float) -> list[Alarm]:
    """The gravest last. `now` is in seconds since the epoch."""
    found = [Alarm("", "plain", True)] if changes.rose else []
    for key, ids in (("new_alert", changes.new_alerts), ("now_verified", changes.verified)):
        for alert_id in ids:
            row = model.alerts.get(alert_id)
            if row is None:
                continue
            severity = look.word(SEVERITIES, min(max(row["severity"], 0), 3))
            kind, place = kind_words(row, look), place_words(row["place"], model.origin, look)
            loud = key == "now_verified" or row["severity"] >= _LOUD_SEVERITY
            text = look.say(key, severity=severity, kind=kind, place=place)
            found.append(Alarm(_marked(text, row["drill"], look), "bad" if loud else "plain", loud))
    calls: dict[str, SosRow] = {row["id"]: row for row in model.calls_for_help}
    for sos_id in changes.answered_sos:
        if (call := calls.get(sos_id)) is not None:
            names = answer_names(call, look)
            text = look.say("sos_taken", name=call["author_name"], names=names)
            found.append(Alarm(_marked(text, call["drill"], look), "good", call["mine"]))
    for sos_id in changes.new_sos:
        if (call := calls.get(sos_id)) is not None:
            text = sos_words(call, "sos_new", look, model.origin, now)
            found.append(Alarm(_marked(text, call["drill"], look), "bad", True))
    return found


def _marked(text: str, drill: bool, look: Look) -> str:
    return f"{look.say('drill')} {text}" if drill else text
