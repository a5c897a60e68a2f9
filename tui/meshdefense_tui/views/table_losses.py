"""The windows about lost radios: what a finder has, and who still needs new keys. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len

from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, Span, hint_lines
from meshdefense_tui.look import Look
from meshdefense_tui.table.losses import Exposure, Loss, Touch
from meshdefense_tui.text_fit import fit, pad, wrap
from meshdefense_tui.views.table_rows import job_words, moment

__all__ = ["exposure_lines", "loss_lines"]

_FIRST: Final = ("base", "relay")
"""Jobs of radios through which the others reach each other: they are touched first."""


def loss_lines(losses: Sequence[Loss], look: Look, width: int) -> list[Line]:
    """Each lost radio, and below it the others, ticked off as they are proven."""
    lines: list[Line] = [((look.say("radio_t_lost_title"), "title_focus"),)]
    lines += hint_lines(look.say("radio_t_read_hint", keys=key_name("↑↓", look)), width)
    if not losses:
        lines += [(), *_said(look.say("radio_t_lost_none"), "plain", width)]
    for loss in losses:
        when, found = moment(loss.lost_at, look), moment(loss.found_at, look)
        key = "radio_t_lost_found" if found else "radio_t_lost_at"
        words = look.say(key, name=loss.radio, when=when, found=found)
        lines += [(), *_said(words, "plain" if found else "critical", width)]
        left = look.say("radio_t_lost_left", left=loss.left, count=len(loss.touch))
        if not loss.left:
            left = look.say("radio_t_lost_all_done")
        lines += _said(left, "bad" if loss.left else "good", width)
        for touch in _in_order(loss.touch):
            lines.append(_touch(touch, look, width))
    return [*lines, (), *_said(look.say("radio_t_lost_how"), "quiet", width)]


def _touch(touch: Touch, look: Look, width: int) -> Line:
    ellipsis = look.glyphs.ellipsis
    sign = "[x]" if touch.done else "[ ]"
    word = look.say("radio_t_touch_done" if touch.done else "radio_t_touch_left")
    role = "good" if touch.done else "bad"
    head = f"{sign} {pad(word, 6)} "
    parts = [touch.radio, job_words(touch.job, look), touch.member, ", ".join(touch.channels)]
    room = width - cell_len(head)
    line: list[Span] = [(head, role)]
    for part, cells in zip(parts, (18, 13, 15, room), strict=True):
        if room <= 0:
            break
        text = pad(fit(part, min(cells - 1, room), ellipsis), min(cells, room))
        line.append((text, "strong" if part is touch.radio else "plain"))
        room -= cell_len(text)
    return tuple(line)


def exposure_lines(lost: Exposure, look: Look, *, data: str, width: int) -> list[Line]:
    """Which radio it is, what its finder can do with it alone, and what noting its loss changes."""
    say, name = look.say, lost.radio
    held = ", ".join(f"{channel} ({_grouped(prints)})" for channel, prints in lost.held)
    member = say("radio_held_by", member=lost.member) if lost.member else None
    proven = moment(lost.proven_at, look)
    about = [job_words(lost.job, look), member or say("radio_held_by_nobody")]
    if proven:
        about.append(say("radio_t_lose_proven", when=proven))
    lines: list[Line] = [(), *_said(", ".join(about), "plain", width)]
    if not proven:
        lines += _said(say("radio_t_lose_unproven"), "warn", width)
    elif lost.unfinished:
        lines += _said(say("radio_t_lose_unfinished"), "warn", width)
    lines += [(), *_said(say("radio_t_lose_finder"), "title", width)]
    lines += _points(
        [(say("radio_t_lose_holds", channels=held or look.glyphs.dash), "plain")], width
    )
    lines += _points([(say(key, name=name), "plain") for key in _FINDER], width)
    others = "radio_t_lose_commands" if lost.commands_others else "radio_t_lose_no_commands"
    lines += _points([(say(others), "critical" if lost.commands_others else "plain")], width)
    lines += _points([(say("radio_t_lose_cannot"), "plain")], width)
    lines += [(), *_said(say("radio_t_lose_changes"), "title", width)]
    changes = [say("radio_t_lose_refused", name=name)]
    if lost.rotate:
        changes.insert(0, say("radio_t_lose_keys", channels=", ".join(lost.rotate)))
    if lost.renewed:
        changes.append(say("radio_t_lose_renewed", channels=", ".join(lost.renewed)))
    if lost.unwritten:
        changes.append(say("radio_t_lose_unwritten", names=", ".join(lost.unwritten)))
    changes.append(say("radio_t_lose_touch", count=len(lost.touch)))
    lines += _points([(one, "strong") for one in changes], width)
    lines += [_touch(one, look, width) for one in _in_order(lost.touch)]
    if lost.member:
        words = say("radio_t_lose_member", member=lost.member, data=data)
        lines += [(), *_said(words, "quiet", width)]
    return lines


_FINDER: Final = ("radio_t_lose_reads", "radio_t_lose_speaks", "radio_t_lose_direct",
                  "radio_t_lose_sees")  # fmt: skip


def _points(items: Iterable[Span], width: int) -> list[Line]:
    lines: list[Line] = []
    for text, role in items:
        first, *more = wrap(text, width - 2)
        lines += [
            (("- ", "quiet"), (first, role)),
            *((("  ", "plain"), (one, role)) for one in more),
        ]
    return lines


def _grouped(prints: Sequence[str]) -> str:
    """Fingerprints in groups of four, to be read aloud."""
    return ", ".join(" ".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in prints)


def _in_order(touch: Iterable[Touch]) -> list[Touch]:
    return sorted(touch, key=lambda one: (one.done, one.job not in _FIRST))


def _said(text: str, role: str, width: int) -> list[Line]:
    return [((part, role),) for part in wrap(text, width)]
