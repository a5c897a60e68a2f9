"""The windows of the organizers' table: a plan, one radio, and lost ones, as lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.table.shapes import FleetRadio, Plan
from meshdefense_tui.table.state import TableState
from meshdefense_tui.text_fit import fit, pad, wrap
from meshdefense_tui.views.alert_trail import field
from meshdefense_tui.views.table_rows import (
    drift_words,
    end_words,
    fleet_words,
    found_words,
    job_words,
    moment,
    plugged_words,
)

__all__ = ["fleet_radio_lines", "plan_lines", "plugged_radio_lines"]

_LABEL = 9


def plan_lines(plans: Sequence[Plan], look: Look, width: int) -> list[Line]:
    """For each radio what is in the way, and each setting: is, shall, why."""
    lines: list[Line] = [((look.say("radio_t_plan_title"), "title_focus"),)]
    for plan in plans:
        lines += [(), ((fit(plan.radio, width, look.glyphs.ellipsis), "title"),)]
        for problem in plan.problems:
            stop = problem.severity == "stop"
            key = "radio_t_plan_stop" if stop else "radio_t_plan_warn"
            lines += _said(look.say(key, words=problem.words), "bad" if stop else "warn", width)
        if not plan.changes:
            lines += _said(look.say("radio_t_plan_right"), "good", width)
            continue
        lines += _said(look.say("radio_t_plan_changes", count=len(plan.changes)), "strong", width)
        if any(change.secret for change in plan.changes):
            lines += _said(look.say("radio_t_plan_secret"), "quiet", width)
        for change in plan.changes:
            lines += [(), *_said(change.path, "plain", width)]
            lines += _field(look.say("radio_t_plan_is"), change.now, "quiet", width)
            lines += _field(look.say("radio_t_plan_shall"), change.then, "strong", width)
            if change.why:
                lines += _field(look.say("radio_t_plan_why"), change.why, "quiet", width)
    blocked = any(plan.blocked for plan in plans)
    hint = look.say("radio_t_plan_blocked_hint" if blocked else "radio_t_plan_hint")
    return [lines[0], *hint_lines(hint, width), *lines[1:]]


def _field(label: str, text: str, role: str, width: int) -> list[Line]:
    first, *more = wrap(text, width - _LABEL)
    lines: list[Line] = [((pad(f"  {label}", _LABEL), "quiet"), (first, role))]
    return [*lines, *(((" " * _LABEL, "plain"), (part, role)) for part in more)]


def _said(text: str, role: str, width: int) -> list[Line]:
    return [((part, role),) for part in wrap(text, width)]


def fleet_radio_lines(row: FleetRadio, look: Look, width: int) -> list[Line]:
    """All about one radio of the network."""
    words, role = fleet_words(row.state, look)
    why = f"radio_fleet_why_{row.state}"
    holder = look.say("radio_held_by_nobody")
    if row.member:
        holder = look.say("radio_held_by", member=row.member)
    lines: list[Line] = [((fit(row.name, width, look.glyphs.ellipsis), "title_focus"),)]
    lines += hint_lines(look.say("radio_t_read_hint", keys=key_name("↑↓", look)), width)
    lines += [(), *field(look.say("radio_t_f_state"), words, role, width)]
    if why in PHRASES:
        lines += field("", look.say(why), "plain", width)
    facts = [
        ("radio_t_f_job", job_words(row.job, look)),
        ("radio_t_f_holder", holder),
        ("radio_t_f_proven", moment(row.proven_at, look) or look.say("radio_t_never")),
        ("radio_t_f_number", row.node),
        ("radio_t_f_device", _joined(row.hardware, row.firmware)),
        ("radio_t_f_channels", _joined(*row.channels)),
        ("radio_t_f_old_keys", _joined(*row.old_keys)),
        ("radio_t_f_drift", _joined(*drift_words(row.drift, look))),
    ]
    return [*lines, *_facts(facts, look, width)]


def plugged_radio_lines(
    address: str, state: TableState, standing: str, look: Look, width: int
) -> list[Line]:
    """All about one radio on the table."""
    words, role = found_words(standing, look)
    lines: list[Line] = [((fit(address, width, look.glyphs.ellipsis), "title_focus"),)]
    lines += hint_lines(look.say("radio_t_read_hint", keys=key_name("↑↓", look)), width)
    lines += [(), *field(look.say("radio_t_f_state"), words, role, width)]
    if (end := state.ends.get(address)) is not None:
        text, role = end_words(end, standing, look)
        lines += field("", text, role, width)
        if end.words and end.words not in text:
            lines += field("", end.words, "plain", width)
    found = state.plugged.get(address)
    if found is None:
        return lines
    facts = [
        ("radio_t_f_words", plugged_words(found, standing, look)),
        ("radio_t_f_radio", state.name_at(address) or look.say("radio_t_none_of_ours")),
        ("radio_t_f_job", job_words(found.job, look)),
        ("radio_t_f_name", found.name),
        ("radio_t_f_number", found.node),
        ("radio_t_f_device", _joined(found.hardware, found.firmware)),
        ("radio_t_f_setting", _joined(found.region, found.preset)),
        ("radio_t_f_drift", _joined(*drift_words(found.differs, look))),
    ]
    return [*lines, *_facts(facts, look, width)]


def _joined(*texts: str) -> str:
    return ", ".join(filter(None, texts))


def _facts(facts: Iterable[tuple[str, str]], look: Look, width: int) -> list[Line]:
    lines: list[Line] = []
    for label, text in facts:
        if text:
            lines += field(look.say(label), text, "plain", width)
    return lines
