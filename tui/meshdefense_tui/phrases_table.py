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
    "key_lose": "is lost",
    "key_hand": "holder",
    "long_table": "the organizers' table: prepare the network's radios",
    "long_mark_radio": "mark a radio, for several at once",
    "long_read_radios": "read the radios that are plugged in",
    "long_plan_radio": "what would be changed in a radio, and why",
    "long_apply_radio": "write radios and prove every field",
    "long_prove_radio": "read a radio back and compare every field",
    "long_drift_radio": "what is not as it was proven; noted in the fleet",
    "long_lost_radios": "lost radios, and which others still need new keys",
    "long_lose_radio": "a radio of the network is lost: what its finder has, new keys",
    "long_hand_radio": "note who holds a radio",
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
    "radio_doing_drill": "finding out what its finder has",
    "radio_doing_lose": "drawing new keys",
    "radio_doing_hand": "noting who holds it",
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
    "radio_t_lose_noted": "{name} is noted as lost. No key had to be drawn.",
    "radio_t_lose_done": (
        "{name} is noted as lost. New keys: {channels}. The last backup has the old ones: make "
        "a new one."
    ),
    "radio_t_lose_unsure": "It may be noted already: L shows it. If not, X again.",
    "radio_t_handed": "{name} is held by {member} now.",
    "radio_t_handed_back": "Nobody holds {name} now.",
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
    "radio_fleet_damaged": "DAMAGED",
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
    "radio_fleet_why_damaged": (
        "Its proof cannot be read any more. Plug it in and write it again: that proves it anew."
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
    "radio_drift_own_key": "its own key",
    "radio_drift_node_number": "its number",
    "radio_drift_unfinished": "marked as unfinished",
    "radio_found_new": "new",
    "radio_found_read": "read",
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
    "radio_t_write_again": "A writes it again and goes on",
    "radio_t_write_again_since": "A writes it again. {words}",
    "radio_t_restarting": "{words}, {age} (up to {limit})",
    # how the work on one radio ended
    "radio_end_done": "written, restarted, read back and right",
    "radio_end_already": "it was right already; nothing was written",
    "radio_end_cut-before": "stopped before anything was written",
    "radio_end_cut-marking": "stopped as it began: it may be marked UNFINISHED; A writes it again",
    "radio_end_cut-written": "stopped half-way: it is marked UNFINISHED; A writes it again",
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
        "When one is lost: X on its row in the list of the network says what its finder has, and "
        "draws new keys."
    ),
    "radio_t_lost_at": "{name}, lost {when}",
    "radio_t_lost_found": "{name}, lost {when}, in known hands again since {found}",
    "radio_t_lost_left": "still to be written again: {left} of {count}",
    "radio_t_lost_all_done": "no radio holds a key that it has",
    "radio_t_touch_done": "done",
    "radio_t_touch_left": "TO DO",
    "radio_t_lose_title": "Lost: {name}?",
    "radio_t_lose_proven": "proven {when}",
    "radio_t_lose_unproven": (
        "Nothing was proven of it: it is taken to hold all channels of its job."
    ),
    "radio_t_lose_unfinished": (
        "It was being written when it was lost: it may hold newer keys as well."
    ),
    "radio_t_lose_finder": "Whoever has it, without the computer and its passphrase:",
    "radio_t_lose_holds": "holds the keys of these channels: {channels}",
    "radio_t_lose_reads": (
        "reads what radios say there, positions and texts of stock radios too; also what was "
        "recorded since each key came into force"
    ),
    "radio_t_lose_speaks": "speaks there under the name of any radio: a channel key proves nobody",
    "radio_t_lose_direct": "reads and sends direct messages as {name}",
    "radio_t_lose_sees": (
        "sees which radios it heard, when and how strong, and places that they shared"
    ),
    "radio_t_lose_commands": (
        "MAY SET THE OTHER RADIOS FROM AFAR: its key is an admin key. Take it out of "
        "network.yaml first, and write every radio again"
    ),
    "radio_t_lose_no_commands": "cannot set any other radio: its key is no admin key",
    "radio_t_lose_cannot": (
        "cannot read reports, alerts and messages of MeshDefense, nor speak as a member: the "
        "keys for that are in no radio"
    ),
    "radio_t_lose_changes": "What is changed when you note it as lost:",
    "radio_t_lose_keys": "new keys are drawn for: {channels}",
    "radio_t_lose_renewed": "out of force already, and not drawn again: {channels}",
    "radio_t_lose_refused": "{name} is refused if it turns up",
    "radio_t_lose_unwritten": "not written yet, they get the new keys then: {names}",
    "radio_t_lose_touch": "radios to be written again, each at the cable: {count}",
    "radio_t_lose_member": (
        "If {member} lost the computer too, in a terminal: meshdefense lost {member}{data}"
    ),
    "radio_t_lose_type": "Type its name to note it as lost: {name}",
    "radio_t_lose_other": "That is not its name: nothing was changed.",
    "radio_t_lose_hint": "{keys} scrolls   Enter notes it   Esc changes nothing",
    "radio_t_noting": "noting it, a moment",
    "radio_t_read_hint": "{keys} scrolls   Esc leaves",
    # who holds it
    "radio_t_hand_title": "Who holds {name}?",
    "radio_t_hand_words": "Number or handle, never a person's name; empty: it is back at the base.",
    "radio_t_hand_hint": "Enter notes it   Esc leaves",
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
        "WRITING: leaving leaves begun radios UNFINISHED. The same key again leaves"
    ),
    "radio_t_leaving_untouched": (
        "WRITING, no radio is changed yet. The same key again stops it and leaves"
    ),
    "radio_t_left_begun": (
        "The writing of radios was broken off. UNFINISHED until they are written again: {names}"
    ),
    "radio_t_left_untouched": "The writing of radios was broken off. None was left half written.",
    "radio_t_select": "Choose a radio on the table first.",
    "radio_t_select_network": "Choose a radio of the network first: Tab leads to that list.",
    "radio_t_no_fleet_yet": "First make a fleet: meshdefense radio fleet new{data}",
    "radio_t_nothing_runs": "Nothing is being done.",
}
