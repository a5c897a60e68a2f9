"""Phrases of the organizers' table, the second page of the radios mode."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["TABLE_PHRASES"]

TABLE_PHRASES: Final[dict[str, Text]] = {
    # keys
    "key_table": "table",
    "key_own_radio": "node",
    "key_read_radios": "read",
    "key_plan": "plan",
    "key_apply": "write",
    "key_prove": "prove",
    "key_drift": "differs",
    "key_lost": "lost",
    "long_table": "the organizers' table: prepare the network's radios",
    "long_mark_radio": "mark a radio, for several at once",
    "long_read_radios": "read the radios that are plugged in",
    "long_plan_radio": "what would be changed in a radio, and why",
    "long_apply_radio": "write radios and prove every field",
    "long_prove_radio": "read a radio back and compare every field",
    "long_drift_radio": "what is not as it was proven; noted in the fleet",
    "long_lost_radios": "lost radios, and which others still need new keys",
    "long_type_address": ("type the address of a radio on the network, or of a virtual one"),
    "long_take_away": "take an address off the table",
    "long_stop_work": "stop what is being done to the radios",
    "find_table": ("provisioning flash station fleet configure apply plan prove drift lost"),
    # head
    "radio_t_title": "table",
    "radio_t_network": "{network}: {proven} of {count} proven",
    "radio_t_asking_fleet": "looking for the fleet",
    "radio_t_missing": (
        "There is no fleet here yet. In a terminal: meshdefense radio fleet new{data}"
    ),
    "radio_t_missing_next": (
        "It makes the keys and a network file to edit. Then press t twice. u reads what is "
        "plugged in."
    ),
    "radio_t_shut": ("The fleet is closed. u asks for its passphrase and reads the radios."),
    "radio_t_next_read": (
        "u reads the radios that are plugged in; + types the address of one on the network."
    ),
    "radio_t_next_write": "Choose a radio below, then A writes it; space marks several.",
    "radio_t_for": "{what}, for {age}",
    "radio_t_stop_key": "s stops it",
    "radio_t_stopping": "stopping it in order",
    "radio_t_wait": "Wait: {what}. s stops it.",
    "radio_doing_probe": "looking for the fleet",
    "radio_doing_refresh": "reading the fleet",
    "radio_doing_show": "opening the fleet",
    "radio_doing_list": "reading the radios",
    "radio_doing_look": "reading the radio",
    "radio_doing_plan": "planning, radios: {count}",
    "radio_doing_apply": "WRITING, radios: {count}",
    "radio_doing_prove": "reading back, radios: {count}",
    "radio_doing_drift": "comparing, radios: {count}",
    "radio_doing_lost": "asking who needs new keys",
    # what became of it
    "radio_t_read": "Radios read: {count}",
    "radio_t_none_plugged": ("No radio is plugged in. + types the address of one on the network."),
    "radio_t_wrote": "Right and proven: {right} of {count}",
    "radio_t_proved": "Right: {right} of {count}",
    "radio_t_drifted": "As proven: {right} of {count}; noted in the fleet",
    "radio_t_not_started": "The command could not be started: {why}.",
    "radio_t_hung": (
        "The command said nothing for {minutes} min and was ended. Unplug the radio, plug it in "
        "again, repeat."
    ),
    "radio_t_flooded": "The command said too much and was ended. Repeat it.",
    "radio_t_stopped": "Stopped.",
    "radio_t_killed": (
        "The command broke off (signal {signal}). The screen is unharmed; repeat it."
    ),
    "radio_t_failed": "The command failed (code {code}) and said nothing.",
    "radio_t_unclear": "The command's answer could not be understood.",
    # lists
    "radio_t_plugged": "on the table",
    "radio_t_fleet": "radios of the network",
    "radio_t_no_plugged": ("Nothing was read yet: u reads what is plugged in, + types an address."),
    "radio_t_no_fleet": "Not open.",
    "radio_held_by": "held by {member}",
    "radio_held_by_nobody": "held by nobody",
    # how a radio of the network stands
    "radio_fleet_lost": "LOST",
    "radio_fleet_former": "NOT IN FILE",
    "radio_fleet_unfinished": "UNFINISHED",
    "radio_fleet_not-yet": "not yet",
    "radio_fleet_key-old": "OLD KEY",
    "radio_fleet_drift": "DIFFERS",
    "radio_fleet_changed": "WRITE AGAIN",
    "radio_fleet_proven": "proven",
    "radio_fleet_other": "unknown",
    "radio_fleet_why_lost": "In unknown hands. If it turns up it is refused.",
    "radio_fleet_why_former": (
        "Not in the network file any more, but it still holds what was written into it: put it "
        "back into the file, or set it back to factory settings and: meshdefense radio fleet "
        "forget NAME"
    ),
    "radio_fleet_why_unfinished": (
        "Somebody began to write it and did not end. Plug it in and write it again: it goes on."
    ),
    "radio_fleet_why_not-yet": "It was never proven.",
    "radio_fleet_why_key-old": (
        "It holds keys that are out of force: plug it in and write it again."
    ),
    "radio_fleet_why_drift": (
        "Settings differ from what was proven: plug it in and write it again."
    ),
    "radio_fleet_why_changed": (
        "The network file wants something else now: plug it in and write it again."
    ),
    "radio_fleet_why_proven": "As it should be when it was last read.",
    # how a plugged radio stands
    "radio_found_new": "new",
    "radio_found_right": "right",
    "radio_found_drifted": "DIFFERS",
    "radio_found_unfinished": "UNFINISHED",
    "radio_found_refused": "REFUSED",
    "radio_found_silent": "no answer",
    "radio_found_unread": "not read yet",
    "radio_found_unknown": "READ IT AGAIN",
    "radio_found_own": "IN USE",
    "radio_found_writing": "writing",
    "radio_found_reading": "being read",
    "radio_t_own_words": (
        "This node's daemon works with it. To release it: meshdefense stop{data}"
    ),
    "radio_t_differs": "other settings: {count}",
    # how the work on one radio ended
    "radio_end_done": "written, restarted, read back and right",
    "radio_end_already": "it was right already; nothing was written",
    "radio_end_cut-before": "stopped before anything was written",
    "radio_end_cut-marking": ("stopped as it began: it may be marked UNFINISHED; write it again"),
    "radio_end_cut-written": ("stopped half-way: it is marked UNFINISHED; write it again to go on"),
    # jobs
    "radio_job_patrol": "patrol",
    "radio_job_verifier": "verifier",
    "radio_job_base": "base",
    "radio_job_relay": "relay",
    "radio_job_tracker": "tracker",
    "radio_job_neighbour": "neighbour",
    # passphrase
    "radio_t_secret_title": "Passphrase of the fleet",
    "radio_t_secret_words": (
        "It opens the keys and records of the network's radios. It is kept in memory only while "
        "you work here: until you leave this page, the screen is locked, or {minutes} min pass."
    ),
    "radio_t_secret_hint": "Enter opens   Esc leaves",
    "radio_t_secret_opening": "opening, a moment",
    # address
    "radio_t_address_title": "Address of a radio",
    "radio_t_address_words": (
        "tcp:HOST or tcp:HOST:PORT, serial:PATH, ble:ADDRESS. A virtual radio: tcp:127.0.0.1:4403"
    ),
    "radio_t_address_hint": "Enter puts it on the table   Esc leaves",
    "radio_t_address_wrong": "Begin with tcp:, serial: or ble:",
    "radio_t_address_equals": "An address has no = in it.",
    "radio_t_address_there": "It is on the table already.",
    # names
    "radio_t_names_title": "Which radio shall it be?",
    "radio_t_names_words": (
        "Everything in it is replaced by what the network file says of that radio. Until all is "
        "read back right, its own name says UNFINISHED."
    ),
    "radio_t_names_hint": ("{keys} another name   Enter shows the plan   A writes   Esc leaves"),
    "radio_t_names_none": "no name is left",
    "radio_t_names_twice": "{name} stands there twice: choose another one.",
    "radio_t_names_choose": "Each radio needs a name first.",
    # plan
    "radio_t_plan_title": "Plan",
    "radio_t_plan_right": "everything is right already; writing it proves and signs it",
    "radio_t_plan_changes": "settings to change: {count}",
    "radio_t_plan_stop": "IN THE WAY: {words}",
    "radio_t_plan_warn": "note: {words}",
    "radio_t_plan_is": "is",
    "radio_t_plan_shall": "shall",
    "radio_t_plan_why": "why",
    "radio_t_plan_secret": "marks of secrets, never the secrets",
    "radio_t_plan_hint": "A writes this   Esc leaves",
    "radio_t_plan_blocked_hint": "Put right what is in the way first.   Esc leaves",
    # lost
    "radio_t_lost_title": "Lost radios",
    "radio_t_lost_none": "No radio was lost.",
    "radio_t_lost_how": (
        "When one is lost, in a terminal: meshdefense radio lost NAME{data}. It says what its "
        "finder has and draws new keys."
    ),
    "radio_t_lost_at": "{name}, lost {when}",
    "radio_t_lost_found": "{name}, lost {when}, in known hands again since {found}",
    "radio_t_lost_left": "still to be written again: {left} of {count}",
    "radio_t_lost_all_done": "no radio holds a key that it has",
    "radio_t_touch_done": "done",
    "radio_t_touch_left": "TO DO",
    "radio_t_read_hint": "{keys} scrolls   Esc leaves",
    # details
    "radio_t_f_state": "state",
    "radio_t_f_job": "job",
    "radio_t_f_holder": "holder",
    "radio_t_f_proven": "proven",
    "radio_t_f_device": "device",
    "radio_t_f_number": "number",
    "radio_t_f_channels": "channels",
    "radio_t_f_old_keys": "old keys",
    "radio_t_f_drift": "differs",
    "radio_t_f_radio": "is",
    "radio_t_f_name": "its name",
    "radio_t_f_setting": "setting",
    "radio_t_f_words": "words",
    "radio_t_none_of_ours": "none of this network",
    "radio_t_never": "never",
    # stopping
    "radio_t_stop_title": "Stop?",
    "radio_t_stop_hint": "s stops it   Enter or Esc goes on writing",
    "radio_t_stop_over": "It has ended by itself.",
    "radio_t_esc": "Esc leaves",
    "radio_t_stop_touched": (
        "Begun: {names}. Stopped now, each stays marked UNFINISHED in itself and in the fleet; "
        "writing it again goes on."
    ),
    "radio_t_stop_untouched": "Nothing was written into a radio yet.",
    "radio_t_leaving": (
        "RADIOS ARE BEING WRITTEN: leaving stops it and leaves them marked UNFINISHED. Press q "
        "again to leave"
    ),
    "radio_t_select": "Choose a radio on the table first.",
    "radio_t_no_fleet_yet": "First make a fleet: meshdefense radio fleet new{data}",
    "radio_t_nothing_runs": "Nothing is being done.",
}
