"""Phrases of the messages mode and of the form for long reports."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["MESSAGES_PHRASES"]

MESSAGES_PHRASES: Final[dict[str, Text]] = {
    # channels, in 15 cells with their counts
    "talk_channels": "to",
    "talk_scope_0": "everyone",
    "talk_scope_1": "field",
    "talk_scope_2": "dispatch",
    "talk_scope_3": "organizers",
    "talk_scope_newer": "scope {code}",
    "talk_long": "long reports",
    "talk_drills": "drills",
    # the list
    "talk_none": "No messages here. w writes one.",
    "talk_none_found": "Nothing holds these words. Esc shows all.",
    "talk_divider": "new above, until a, . or an answer",
    "talk_read": "read",
    "talk_ack_own": "your own message: others acknowledge it",
    "talk_ack_none": "select a message first",
    "read_by_names": "read by {names}",
    "talk_found": 'with "{text}": {count} of {of}',
    # where one writes
    "talk_to": "TO {to}",
    "talk_to_person": "the others can read it too",
    "talk_to_drill": "an exercise, to everyone",
    "talk_to_long": "t writes a long report; h chooses whom a short one is for",
    "talk_hint_typing": "Enter: goes in 10 s   Ctrl+T urgent: at once   Esc keeps it",
    "talk_hint_urgent": "Enter SENDS at once   Ctrl+T not urgent   Esc keeps it",
    "talk_hint_filter": "type to find   Enter to the list   Esc shows all",
    "talk_place": "w writes",
    "talk_cost": "{size} B on the air, {seconds} s",
    "talk_cost_unknown": "{size} B; airtime not known without a radio",
    "talk_cost_frames": "{frames} frames, ",
    # what is held
    "talk_held": ("NOT SENT: goes in {count} s, u takes it back; locking or leaving loses it"),
    "talk_asking": "asking the daemon ...",
    "talk_failed": "u takes it back",
    "talk_more_held": "{count} more not sent",
    "talk_lost": "{count} not sent: the screen was locked before its time",
    "talk_back": "taken back, nothing was sent",
    "talk_back_failed": "taken back into the line",
    "talk_nothing_held": "nothing waits here that could be taken back",
    # canned replies, the digit is their key
    "canned_1": "on my way",
    "canned_2": "arrived",
    "canned_3": "need more people",
    "canned_4": "all quiet here",
    "canned_5": "going home",
    "canned_6": "battery low",
    "canned_7": "repeat please",
    "canned_8": "wait",
    "canned_9": "no",
    # keys
    "key_talk_write": "write",
    "key_talk_undo": "take back",
    "key_talk_find": "find",
    "key_talk_long": "long report",
    "key_talk_channels": "to whom",
    "long_talk_write": "write to this channel",
    "long_talk_canned": "send a ready reply: 1 on my way ... 9 no",
    "long_talk_undo": "take the last message back",
    "long_talk_find": "find messages by their text",
    "long_talk_long": "write a long report, up to 1,500 bytes",
    "long_talk_channels": "choose whom to write to",
    "long_talk_urgent": "urgent, while one writes",
    # the form for long reports
    "long_form": "LONG REPORT",
    "long_form_about": "about",
    "long_form_no_alert": "no alert: select one first",
    "long_form_alone": "no alert",
    "long_form_writing": "Tab done writing   Esc keeps the draft",
    "long_form_review": ("Enter SENDS   s for whom   o about   Tab write on   Esc keeps the draft"),
    "cmd_long_report": "long report",
    # the whole message
    "detail_not_read": "not read yet:",
    "detail_sent": "sent",
    "detail_came": "came in",
    "detail_until": "kept until",
    "delivery_not_kept": "how far it had come is not kept",
}
