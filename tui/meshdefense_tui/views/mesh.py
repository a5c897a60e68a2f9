"""Health of the mesh as lines: airtime by class, what is missing, neighbours, what waits. Pure."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from meshdefense.api.mesh_schema import AirtimeRow, MeshRow, NeighbourRow
from meshdefense.api.schema import RadioRow
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import ordinal
from meshdefense_tui.lines import Line, Span, beside, hint_lines, spread
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.reason_words import reason_words
from meshdefense_tui.text_fit import fit, pad, wrap
from meshdefense_tui.views.status_rows import radio_line

__all__ = ["COLUMNS_FROM", "bar", "mesh_lines"]

COLUMNS_FROM: Final = 116
"""From this width on there are two columns."""
_NAME: Final = 17
_BESIDE_BAR: Final = 45
"""Cells of a class's line that its bar does not take."""
_BAR_MAX: Final = 24
_NEAR: Final = 0.8
"""From this share of what it may use on, a class is marked."""


def mesh_lines(
    mesh: MeshRow | None,
    neighbours: list[NeighbourRow],
    radio: RadioRow | None,
    look: Look,
    *,
    now: float,
    width: int,
) -> list[Line]:
    """Everything, in as many lines as it needs, none wider than `width` cells."""
    title: Line = ((f"{look.say('mesh').upper()}   ", "title_focus"),)
    room = width - cell_len(title[0][0])
    head: list[Line] = [(*title, *radio_line(radio, None, None, look, now=now, width=room))]
    head += hint_lines(look.say("mesh_hint"), width)
    if mesh is None:
        return [*head, (), ((look.say("mesh_none"), "quiet"),)]
    if width < COLUMNS_FROM:
        blocks = [
            _gap_lines(mesh, look, width),
            _airtime_lines(mesh, look, width),
            _neighbour_lines(neighbours, look, now, width),
            _waiting_lines(mesh, look, width),
        ]
        return [*head, *(line for block in blocks for line in ((), *block))]
    half = width // 2
    left = [*_airtime_lines(mesh, look, half - 2), (), *_waiting_lines(mesh, look, half - 2)]
    right = [
        *_gap_lines(mesh, look, width - half),
        (),
        *_neighbour_lines(neighbours, look, now, width - half),
    ]
    return [*head, (), *beside(left, right, half)]


def bar(used: float, allowed: float, cells: int, look: Look) -> str:
    """`used` of `allowed` as a bar; never empty while anything was used, full only at the end."""
    full, empty = look.glyphs.bar
    share = min(used / allowed, 1.0) if allowed else float(used > 0)
    filled = max(int(share * cells), int(used > 0))
    return full * filled + empty * (cells - filled)


def _airtime_lines(mesh: MeshRow, look: Look, width: int) -> list[Line]:
    used = sum(row["used_s"] for row in mesh["airtime"] if row["name"] != "sos")
    ceiling = _seconds(mesh["ceiling_s"])
    total = look.say("mesh_ceiling", used=_seconds(used), ceiling=ceiling)
    title: list[Span] = [(look.say("mesh_airtime"), "title"), (total, "plain")]
    lines = [spread(title, width, ellipsis=look.glyphs.ellipsis)]
    waiting: dict[str, list[str]] = {}
    for row in mesh["airtime"]:
        lines.append(_class_line(row, look, width))
        if row["held_back"]:
            reason = reason_words(row["held_back"], look.language)
            waiting.setdefault(reason, []).append(_class_name(row["name"], look))
    for reason, names in waiting.items():
        text = look.say("mesh_held_back", names=", ".join(names), reason=reason)
        lines += [((f"  {part}", "warn"),) for part in wrap(text, width - 2)]
    return lines


def _class_line(row: AirtimeRow, look: Look, width: int) -> Line:
    used, allowed = row["used_s"], row["allowed_s"]
    role = "plain"
    if used and used >= allowed * _NEAR:
        role = "bad" if used >= allowed else "warn"
    numbers = f"{_seconds(used):>6} / {_seconds(allowed)} s"
    share = f"{100 * used / allowed:>4.0f} %" if allowed else ""
    cells = max(min(width - _BESIDE_BAR, _BAR_MAX), 4)
    parts: list[Span] = [
        (f"  {pad(_class_name(row['name'], look), _NAME)}", "quiet"),
        (bar(used, allowed, cells, look), role),
        (pad(numbers, 16), role),
        (share, role),
    ]
    return spread(parts, width, gap=" ", ellipsis=look.glyphs.ellipsis)


def _class_name(name: str, look: Look) -> str:
    key = f"class_{name}"
    return look.say(key) if key in PHRASES else name  # a newer daemon's class, as it came


def _seconds(seconds: float) -> str:
    """With tenths below a hundred."""
    return f"{seconds:.1f}" if seconds < 100 else f"{seconds:.0f}"


def _gap_lines(mesh: MeshRow, look: Look, width: int) -> list[Line]:
    title = look.say("mesh_gaps")
    if not mesh["gaps"]:
        return [((title, "title"), ("  ", "plain"), (look.say("mesh_no_gaps"), "good"))]
    text = ", ".join(
        look.say("mesh_gap", count=gap["missing"], name=gap["name"]) for gap in mesh["gaps"]
    )
    head: Line = ((title, "title"), (f"  {mesh['missing']}", "warn"))
    return [head, *(((f"  {part}", "plain"),) for part in wrap(text, width - 2))]


def _neighbour_lines(
    neighbours: list[NeighbourRow], look: Look, now: float, width: int
) -> list[Line]:
    title = look.say("mesh_neighbours")
    if not neighbours:
        return [((title, "title"), ("  ", "plain"), (look.say("mesh_nobody"), "warn"))]
    same = sum(row["in_step"] is True for row in neighbours)
    counts = f"  {len(neighbours)}, {look.say('mesh_in_step_n', count=same)}"
    lines: list[Line] = [((title, "title"), (counts, "plain"))]
    said = {
        True: (f"= {look.say('mesh_in_step')}", "good"),
        False: (f"{look.glyphs.differs} {look.say('mesh_differs')}", "warn"),
        None: (f"? {look.say('mesh_unknown')}", "quiet"),
    }
    for row in neighbours:
        snr = "" if row["snr"] is None else f"{row['snr']:.1f} dB"
        parts: list[Span] = [
            (f"  {pad(row['name'], _NAME)}", "strong"),
            (pad(look.say("last_frame", age=age(now - row["heard_at"])), 17), "quiet"),
            (f"{snr:>9}", "quiet"),
            said[row["in_step"]],
        ]
        lines.append(spread(parts, width, gap=" ", ellipsis=look.glyphs.ellipsis))
    return lines


def _waiting_lines(mesh: MeshRow, look: Look, width: int) -> list[Line]:
    title = look.say("mesh_waiting")
    if not mesh["waiting"]:
        return [((title, "title"), ("  ", "plain"), (look.say("mesh_no_waiting"), "quiet"))]
    lines: list[Line] = [((title, "title"), (f"  {mesh['waiting_count']}", "plain"))]
    for row in mesh["waiting"]:
        name = _class_name(row["airtime_class"], look)
        text = f"  {ordinal(row['position'], look.language):<4} {row['id']:<9} {name}"
        if row["reason"]:
            text += f": {reason_words(row['reason'], look.language)}"
        lines.append(((fit(text, width, look.glyphs.ellipsis), "plain"),))
    if (left := mesh["waiting_count"] - len(mesh["waiting"])) > 0:
        lines.append(((f"  {look.say('mesh_more', count=left)}", "quiet"),))
    return lines
