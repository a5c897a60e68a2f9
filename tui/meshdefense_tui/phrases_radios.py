"""Phrases of the radios mode."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Plural, Text

__all__ = ["RADIOS_PHRASES"]

RADIOS_PHRASES: Final[dict[str, Text]] = {
    "radios_own": "this node",
    "radios_nothing": "Nothing is known of the radio yet.",
    "radios_since": "for {age}",
    # what to do next, by the state of the radio
    "radio_do_none": (
        "To use a radio, start the daemon anew with --radio serial:PATH or tcp:HOST:PORT."
    ),
    "radio_do_searching": (
        "Look at cable, plug and power of the radio. It is looked for without end."
    ),
    "radio_do_connecting": "Wait; it takes up to a minute after the radio has started.",
    "radio_do_silent": (
        "It is connected and says nothing. It is being replaced by a new connection; if that "
        "does not help, switch the radio off and on."
    ),
    "radio_do_refused": (
        "It answers but may not be used as it is. The line above says what to change."
    ),
    "radios_last_told": "Below is what it told last, while it was ready:",
    # fields
    "radios_name": "name",
    "radios_device": "device",
    "radios_firmware": "firmware {version}",
    "radios_setting": "setting",
    "radios_address": "connection",
    "radios_battery": "battery",
    "radios_mains": "on mains",
    "radios_queue": "queue",
    "radios_queue_words": "{used} of {size} places used",
    "radios_frames": "frames",
    "radios_frames_words": ("{received} came in, {sent} went out, since the daemon started"),
    "radios_last": "last frame",
    "radios_ago": "{age} ago",
    "radios_never": "none since the daemon started",
    "radios_heard": "radios",
    "radios_heard_words": Plural(
        "{count} heard by this one, ours or a stranger's",
        "{count} heard by this one, ours and strangers'",
    ),
    "radios_untold": "not told",
    "radios_busy": "channel",
    "radios_busy_words": "{value} % busy",
    "radios_air": "on air",
    "radios_air_words": "{value} % of an hour",
    "radios_scale": "0 to {top} %",
    "radios_span": "lines: last 30 min, seen here since {time}",
    "radios_dropped": "dropped",
    "radios_dropped_none": "nothing since the daemon started",
    "radio_dropped_size": "{count} of a wrong size",
    "radio_dropped_version": "{count} of another version",
    "radio_dropped_frame_type": "{count} of an unknown type",
    "radio_dropped_stranger": Plural(
        "{count} of strangers or damaged", "{count} of strangers or damaged"
    ),
    "radio_dropped_malformed": Plural("{count} malformed", "{count} malformed"),
    "radio_dropped_duplicate": Plural("{count} here already", "{count} here already"),
    "radio_dropped_replayed": Plural("{count} too old", "{count} too old"),
    "radio_dropped_unknown_author": "{count} of an unknown author",
    "radio_dropped_signature": "{count} with a FALSE SIGNATURE",
    "radio_dropped_role": "{count} that their author may not say",
    "radio_dropped_quota": "{count} above their author's quota",
    "radio_dropped_revoked": "{count} of revoked members",
    "radio_dropped_suspended": "{count} of suspended members",
    "radio_dropped_lapsed": "{count} with a certificate that is over",
    "radio_dropped_scope": "{count} for more people than allowed",
    "radio_dropped_equivocation": "{count} TWO UNDER ONE NUMBER",
    "radio_dropped_newer": "{count} {reason}",
    # neighbours and members
    "radios_neighbours": "heard directly",
    "radios_nobody": "nobody was heard without a relay",
    "radios_strong": "strong",
    "radios_fair": "fair",
    "radios_weak": "WEAK",
    "radios_margin": ("strong: 10 dB or more above what {preset} needs; fair: 4; else WEAK"),
    "radios_measured": (
        "age and strength: of what each said last that it holds; it may have been heard since"
    ),
    "radios_members": "members by radio",
    "radios_members_none": "no other member is known",
    "radios_direct": "heard directly",
    "radios_relayed": "last word {age} ago",
    "radios_silent_member": "nothing heard",
    "radios_old_keys": "OLD KEYS",
    "radios_low": "LOW",
    "radios_battery_of": "battery {count} %",
}
