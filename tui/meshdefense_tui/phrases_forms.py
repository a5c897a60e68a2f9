"""Phrases of the forms."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Plural, Text

__all__ = ["FORM_PHRASES"]

FORM_PHRASES: Final[dict[str, Text]] = {
    "form_report": "NEW REPORT",
    "form_continued": "draft continued; Delete starts anew",
    "form_choose_kind": "What do you see? Press its letter.",
    "form_kind": "kind",
    "form_severity": "severity",
    "form_count": "count",
    "form_place": "place",
    "form_precision": "cell",
    "form_activity": "doing",
    "form_unit": "unit",
    "form_equipment": "with",
    "form_observed": "seen",
    "form_scope": "for",
    "form_note": "note",
    "form_drill": "drill",
    "form_now": "now",
    "form_ago": "{count} min ago",
    "form_unknown": "not said",
    "form_yes": "YES, an exercise",
    "form_no": "no, this is real",
    "form_bytes_left": Plural("{count} byte left", "{count} bytes left"),
    "form_too_long": Plural("{count} byte too long", "{count} bytes too long"),
    "place_cross": "map crosshair, {words}",
    "place_own": "your own position, {age} old, {words}",
    "place_alert": "where the selected alert is, {words}",
    "place_none": "no place",
    "hint_kind": "letter kind   Esc back",
    "hint_severity": "1-4 severity   Enter next   letters change the rest   Esc keeps draft",
    "hint_count": "digits count   Enter next   letters change the rest   Esc keeps draft",
    "hint_review": "Enter SENDS   Backspace back   letters change   Esc keeps the draft",
    "hint_note": "Enter or Esc: done",
    "hint_sending": "sending to the daemon ...",
    "safety": "Observe only. Stay safe. Leave when you must.",
    "never": "Never names, faces, plates, addresses.",
    "looks_phone": "looks like a phone number",
    "looks_email": "looks like an e-mail address",
    "looks_plate": "looks like a number plate",
    "looks_name": "looks like a name",
    "looks_address": "looks like a street address",
    "looks_leave_out": "{what}: leave it out",
    "choose_verdict": "VERDICT on {what}",
    "choose_retract": "RETRACT {what}",
    "choose_checkin": "CHECK-IN",
    "choose_hint": "a key sends at once   Esc back",
    "checkin_due": "next check-in in {count} min",
    "checkin_never": "no next check-in",
    "checkin_hint": "+ - change the time",
    "form_message": "MESSAGE",
    "message_to": "to",
    "message_hint": "Enter sends   Tab to whom   Ctrl+T urgent   Esc keeps the draft",
    "message_empty": "nothing is written yet",
}
