"""Phrases about people with stock radios: their unsigned reports, and what they are told."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["STOCK_PHRASES"]

STOCK_PHRASES: Final[dict[str, Text]] = {
    # in the verification queue
    "stock_unsigned": "[UNSIGNED]",
    "stock_unsigned_sos": "[UNSIGNED SOS]",
    "stock_need": "need {what}",
    "stock_not_said": "what: not said",
    "stock_nowhere": "where: not said",
    "stock_as_written": '"{words}", not found on a map',
    "stock_sender": "stock radio ...{hint}",
    "stock_keyed": "its key",
    "stock_unkeyed": "no key",
    "stock_times": "sent {count} times",
    "stock_ok_since": "has sent OK since",
    "stock_keys": "A adopts, X dismisses",
    "stock_keys_sos": "a: I have read it",
    "stock_read": "read by a person",
    # its detail
    "stock_title": "UNSIGNED REPORT OF A STOCK RADIO",
    "stock_counts": (
        "Anybody may have sent it. It counts for nothing until a member adopts it: then it is that "
        "member's own signed report."
    ),
    "stock_hint_only": "The number of the radio is a hint, no proof of who it was.",
    "stock_severity": "severity",
    "stock_place": "place",
    "stock_when": "came",
    "stock_from": "from",
    "stock_answer": "answered",
    "stock_cut": "cut",
    "stock_form_email": "an e-mail address",
    "stock_form_phone": "a phone number",
    "stock_form_plate": "a plate",
    "stock_form_name": "a name",
    "stock_form_address": "a house number",
    "stock_state_queued": "waits",
    "stock_state_at_radio": "at the radio",
    "stock_state_on_air": "on air",
    "stock_state_heard": "heard by another radio",
    "stock_state_unheard": "not heard",
    "stock_state_refused": "the radio refused it",
    "stock_state_dropped": "not said: too late",
    "stock_state_uncertain": "perhaps said",
    # what is done with it
    "stock_adopt_title": "ADOPT {what}",
    "stock_place_told": "{words} (as they said)",
    "stock_place_words": 'no place; they wrote "{words}"',
    "stock_select": "that takes an unsigned report",
    "stock_dismiss_title": "Dismiss {what}?",
    "stock_dismiss_yes": "yes, dismiss it",
    "stock_dismissed": "{what} is off the list",
    "stock_marked_read": "{what}: marked as read",
    "cmd_stock_adopt": "adoption",
    "cmd_stock_dismiss": "dismissal",
    "cmd_stock_read": "reading",
    "long_adopt": "adopt an unsigned report of a stock radio",
    "long_dismiss": "dismiss an unsigned report",
    # alarm
    "stock_new": "UNSIGNED report: {what}, see F4",
    "notice_stock_sos": "MeshDefense: UNSIGNED SOS",
    "stock_sos_alarm": "UNSIGNED SOS, stock radio ...{hint}, {place}, {age}",
    # what this node does
    "stock_speaks": "stock radios",
    "stock_speaking": "speaks on {channel}",
    "stock_no_channel": "NOT SPEAKING: {problem}",
    "stock_hears_nothing": "policy: nothing is told",
    "stock_takes_nothing": "policy: no texts are taken",
    "stock_queued": "{count} waiting",
    "stock_dropped": "{count} NOT said in a day",
    "stock_held_back": "{count} texts not looked at",
    "class_stock": "stock radios",
}  # fmt: skip
