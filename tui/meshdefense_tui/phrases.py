"""Every phrase of the screens. Codes have theirs in the protocol's lists.

Keys of the keyboard stay the same in both languages. A `{name}` is filled by `phrase`.
"""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Plural, Text, keyed
from meshdefense_tui.phrases_alarms import ALARM_PHRASES
from meshdefense_tui.phrases_forms import FORM_PHRASES
from meshdefense_tui.phrases_help import HELP_PHRASES
from meshdefense_tui.phrases_log import LOG_PHRASES
from meshdefense_tui.phrases_map import MAP_PHRASES
from meshdefense_tui.phrases_mesh import MESH_PHRASES
from meshdefense_tui.phrases_messages import MESSAGES_PHRASES
from meshdefense_tui.phrases_modes import MODE_PHRASES
from meshdefense_tui.phrases_patrols import PATROL_PHRASES
from meshdefense_tui.phrases_radios import RADIOS_PHRASES
from meshdefense_tui.phrases_setup import SETUP_PHRASES
from meshdefense_tui.phrases_stock import STOCK_PHRASES
from meshdefense_tui.phrases_table import TABLE_PHRASES
from meshdefense_tui.phrases_trust import TRUST_PHRASES
from meshdefense_tui.phrases_verify import VERIFY_PHRASES
from meshdefense_tui.phrases_web import WEB_PHRASES

__all__ = ["LANGUAGES", "PHRASES", "phrase"]

LANGUAGES: Final = ("en", "es")

_SCREEN_PHRASES: Final[dict[str, Text]] = {
    # panels
    "alerts": "alerts",
    "patrols": "patrols",
    "messages": "messages",
    "map": "map",
    "new_chip": Plural("{count} new, press .", "{count} new, press ."),
    "no_alerts": "No alerts.",
    "no_alerts_hint": "r reports what you see.",
    "no_patrols": "Nobody has checked in or sent a position. c checks in.",
    "no_messages": "No messages. w writes one.",
    "no_data": "Waiting for the daemon ...",
    # status row
    "critical_n": Plural("critical {count}", "critical {count}"),
    "high_n": Plural("high {count}", "high {count}"),
    "medium_n": Plural("medium {count}", "medium {count}"),
    "low_n": Plural("low {count}", "low {count}"),
    "to_verify_n": "to verify {count}",
    "overdue_n": Plural("OVERDUE {count}", "OVERDUE {count}"),
    "quiet_now": "no open alerts",
    "drill": "DRILL",
    # banner
    "daemon_silent": "DAEMON SILENT {age}",
    "other_version": "DAEMON OF ANOTHER VERSION {age}",
    "other_version_hint": "The daemon that runs here is of another version than this screen. "
    "Leave with q twice, end it, and start both from the same MeshDefense. "
    "What it holds stays in the data folder.",
    "no_daemon_yet": "no daemon yet",
    "data_as_of": "what you see is from {time}",
    "never_heard": "nothing was heard from it yet",
    "looking": "looking for it again",
    "disk_trouble": "STORE TROUBLE: {detail}",
    # alerts
    "yes_n": "{count} yes",
    "no_n": "{count} no",
    "unsure_n": "{count} unsure",
    "you": "you:",
    "asking": "asking the daemon ...",
    "read_by_n": "read by {count}",
    "time_uncertain": "time uncertain",
    "newer": "from a newer version",
    "no_place": "no place",
    "at_origin": "at the origin",
    "bearing": "{degrees} deg",
    "compass": "N NE E SE S SW W NW",
    "by": "by {name}",
    # patrols
    "due_in": "due in {age}",
    "overdue_by": "OVERDUE {age}",
    "no_due": "no check-in due",
    "seen_ago": "heard {age} ago",
    "position_ago": "position {age} ago",
    "ago": "{age} ago",
    "no_state": "no state yet",
    "last_state": "last {state}",
    "no_position": "no position",
    "battery_n": "battery {count} %",
    # messages
    "to_you": "you",
    "urgent": "URGENT",
    "long_whole": "long report",
    "long_parts": "long report {have}/{of} parts",
    "long_about": "about {what}",
    "message_gone": "This message is gone.",
    # radio
    "radio": "radio",
    "radio_none": "none: nothing leaves this computer",
    "radio_searching": "NOT FOUND, searching",
    "radio_connecting": "connecting",
    "radio_ready": "ready",
    "radio_silent": "SILENT",
    "radio_refused": "REFUSED",
    "radio_since": "for {age}",
    "channel_busy": "channel {value} % busy",
    "air_time": "on air {value} %",
    "outbox_n": Plural("{count} own not heard yet", "{count} own not heard yet"),
    "radio_queue": "radio queue {used}/{size}",
    "nodes_n": Plural("{count} node", "{count} nodes"),
    "last_frame": "heard {age} ago",
    "missing_one": "1 missing",
    "missing_n": Plural("{count} missing", "{count} missing"),
    # delivery
    "delivery_queued": "queued",
    "delivery_queued_at": "queued {place}",
    "delivery_at_radio": "at the radio",
    "delivery_on_air": "on air",
    "delivery_heard": "heard by another radio",
    "delivery_held": "held by others",
    "delivery_held_by": "held by {counts}",
    "delivery_held_short": "held {counts}",
    "held_count": "{known} of {there} {group}",
    "held_verifiers": "verifiers",
    "held_verifiers_one": "verifier",
    "held_bases": "bases",
    "held_bases_one": "base",
    "held_all": "members",
    "held_all_one": "member",
    "and": "and",
    "delivery_unheard": "not heard",
    "delivery_refused": "the radio refused it",
    "delivery_expired": "expired before it was heard",
    "delivery_cancelled": "cancelled before it was sent",
    "delivery_local": "stored here only",
    "delivery_newer": "state not known here: {state}",
    "delivery_attempt": ", try {count}",
    "delivery_retry": ", tries again {wait}",
    "wait_now": "now",
    "wait_seconds": "in {count} s",
    "wait_minutes": "in {count} min",
    # answers
    "accepted": "{label}: signed and stored",
    "cost": " ({size} bytes, {seconds} s of air)",
    "refused": "{label} REFUSED: {reason}",
    "unanswered": "{label} NOT CERTAIN: {reason}",
    "not_sent": "{label} NOT SENT: {reason}",
    "no_daemon": "no daemon answers",
    "daemon_left": "the daemon went before it answered; look before you repeat",
    "select_first": "select an alert first",
    "not_yours": "only its author can retract it",
    "yours": "your own report: somebody else has to verify it",
    "new_alert": "NEW {severity}: {kind}, {place}",
    "now_verified": "VERIFIED: {kind}, {place}",
    "restored": "Older state was put back: own numbers go on in a new series",
    "leave_again": "press q again to leave",
    # labels of commands
    "cmd_report": "report",
    "cmd_verdict": "verdict",
    "cmd_retract": "retraction",
    "cmd_message": "message",
    "cmd_checkin": "check-in",
    "cmd_acknowledge": "acknowledgement",
    # map
    "map_rings": "rings {distance}",
    # alert detail
    "detail_place": "place",
    "detail_within": "a cell of {size}",
    "detail_count": "count",
    "detail_doing": "doing",
    "detail_unit": "unit",
    "detail_equipment": "with",
    "detail_note": "note",
    "detail_author": "author",
    "detail_times": "times",
    "detail_reported": "reported {time}, {age} ago",
    "detail_observed": "seen {time}",
    "detail_received": "received {time}",
    "detail_expires": "ends in {age}",
    "detail_ended": "ended {age} ago",
    "detail_retracted": "retracted {time}",
    "detail_scope": "for",
    "detail_delivery": "sent",
    "detail_holders": "held by",
    "holders_verifiers": "verifiers: {names}",
    "holders_bases": "bases: {names}",
    "holders_others": "other members: {names}",
    "detail_long": "reports",
    "detail_readers": "read by",
    "detail_verdicts": "verdicts",
    "detail_none": "none yet",
    "detail_gone": "This alert is gone.",
}

PHRASES: Final[dict[str, Text | tuple[str, str]]] = {
    **_SCREEN_PHRASES,
    **ALARM_PHRASES,
    **FORM_PHRASES,
    **HELP_PHRASES,
    **LOG_PHRASES,
    **MAP_PHRASES,
    **MESH_PHRASES,
    **MESSAGES_PHRASES,
    **MODE_PHRASES,
    **PATROL_PHRASES,
    **SETUP_PHRASES,
    **RADIOS_PHRASES,
    **STOCK_PHRASES,
    **TABLE_PHRASES,
    **TRUST_PHRASES,
    **WEB_PHRASES,
    **VERIFY_PHRASES,
}


def phrase(key: str, language: str = "en", **values: object) -> str:
    """The phrase of `key`; English for a language that is not here. KeyError for no such key."""
    text = PHRASES[key]
    if isinstance(text, tuple) and not isinstance(text, Plural):  # a pair that was not migrated yet
        said = text[LANGUAGES.index(language) if language in LANGUAGES else 0]
        return said.format(**values) if values else said
    return keyed(key, text, language, **values)
