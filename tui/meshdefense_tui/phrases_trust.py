"""Phrases of lock, panic, calls for help and warnings."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["TRUST_PHRASES"]

TRUST_PHRASES: Final[dict[str, Text]] = {
    # lock
    "locked": "LOCKED",
    "lock_sos": "SOS",
    "lock_late": "check-ins overdue",
    "lock_verified": "verified alerts",
    "lock_unconfirmed": "not verified",
    "lock_unread": "not acknowledged by you",
    "lock_unknown": "asking the daemon ...",
    "lock_passphrase": "passphrase",
    "lock_checking": "checking ...",
    "lock_wrong": "wrong passphrase",
    "lock_early": "not looked at: wrong ones came before, so wait;",
    "lock_wait": "next try in {count} s",
    "lock_hint": "Enter unlocks",
    "lock_keys": "Ctrl+G call for help   Ctrl+X three times: panic",
    "lock_refused": "NOT LOCKED: {reason}",
    # panic
    "panic_count": "PANIC {count} of {of}: the last Ctrl+X destroys all",
    "panic_drill_offer": "r rehearses",
    "panic_cancel": "any other key: no",
    "panic_drill_count": "REHEARSAL {count} of {of}, {left} s left: Ctrl+X three times",
    "panic_after": "Nothing to do.",
    "panic_failed": "No answer. Switch this computer off.",
    "rehearsal": "REHEARSAL",
    "rehearsal_over": "the rehearsal is over, nothing was changed: Ctrl+X is REAL again",
    "rehearsal_nothing": "Nothing was changed. Your three presses took {seconds} s.",
    "rehearsal_seconds": "The real one would take about {seconds} s, and up to 1 s for the radio.",
    "rehearsal_goes": "would be destroyed",
    "rehearsal_first": "overwritten first",
    "rehearsal_none": "nothing: there is no node",
    "rehearsal_stays": "not ours, stays: {names}",
    "rehearsal_radio": "The radio would be reset to factory settings.",
    "rehearsal_no_radio": "No radio is ready to be reset.",
    "rehearsal_flash": (
        "Old copies may survive in flash memory; then only the passphrase keeps them shut."
    ),
    "rehearsal_hint": "any key closes",
    # calls for help
    "sos_title": "CALL FOR HELP",
    "sos_in": "SOS goes out in {count} s",
    "sos_any_key": "any key but Ctrl+G takes it back",
    "sos_place_asking": "looking for your place ...",
    "sos_place_unknown": "with your place, if the node knows it",
    "sos_place_radio": "with your place: {metres}, GPS {age} ago",
    "sos_place_shared": "with the place you shared {age} ago: {metres}",
    "sos_place_none": "without a place: no fix",
    "sos_sending": "handing it to the daemon ...",
    "sos_stored": "SOS signed and stored",
    "sos_locked": "Unlock to see how far it came and who answers.",
    "sos_nobody": "no person has answered yet",
    "sos_answered": "answered by {names}",
    "sos_close": "any key closes",
    "sos_close_end": "Ctrl+O ends it   any other key closes",
    "sos_again": "Enter sends again   any other key closes",
    "sos_cancelled": "SOS taken back: nothing was sent",
    "sos_banner": "SOS {name}: {kind}, {place}, {age}",
    "sos_more": "and {count} more",
    "sos_ack_key": "a acknowledges",
    "sos_ack_later": "Esc, then a acknowledges",
    "sos_own": "YOUR SOS {age}, Ctrl+O ends it",
    "sos_open": "SOS {name} open",
    "sos_open_answered": "{name} answered {age} ago",
    "sos_open_by": "{name} answered",
    "sos_open_end": "Ctrl+O ends",
    "sos_end_title": "END A CALL FOR HELP",
    "sos_end_none": "no call for help stands",
    "sos_end_not_yours": "only verifiers, dispatch and organizers end another's SOS",
    "sos_end_choose": "a digit chooses   any other key: no",
    "sos_end_own": "your own, {age} old: cancel it",
    "sos_end_other": "{name}, {kind}, {age} old: all clear",
    "sos_end_ask_own": (
        "Cancel your own SOS? Everybody who comes is told that it was a mistake or is over."
    ),
    "sos_end_ask_other": "All clear for {name}? Only when you know that {name} is safe.",
    "sos_end_yes": "Enter ends it   any other key: no",
    "sos_came": "an SOS came in just now: press a again to acknowledge it",
    "sos_new": "SOS from {name}: {kind}, {place}",
    "sos_taken": "SOS of {name}: answered by {names}",
    # warnings
    "banner_revoked": "YOU ARE REVOKED: what you say no longer counts",
    "banner_suspended": "YOU ARE SUSPENDED until {time}: what you say does not count",
    "banner_warning": "NETWORK MAY BE COMPROMISED, says {name}: {reason}, {age} ago",
    "banner_left_out": "THE NEW KEYS WERE MADE WITHOUT YOU: meet an organizer",
    "banner_old_keys": "YOUR KEYS ARE OLD: the new ones have not all come in",
    "banner_behind": "old keys: {names}",
    # the ladder
    "verified_of": "verified {count} of {of}",
    "closed_of": "closed by {count} of {of}",
    # keys
    "long_lock": "lock now",
    "long_sos": "call for help; 5 s to take it back",
    "long_panic": "destroy everything on this node",
    "long_rehearse": "rehearse that, then Ctrl+X x3",
    "long_sos_end": "end a call for help",
    "cmd_sos_end": "end of the SOS",
    "cmd_sos": "SOS",
    "cmd_panic": "rehearsal",
}
