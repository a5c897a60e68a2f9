"""Health of the mesh as lines: airtime by class, what is missing, neighbours, what waits. Pure."""

from __future__ import annotations

from typing import Final

from meshdefense.api.mesh_schema import AirtimeRow, MeshRow, NeighbourRow
from meshdefense.sentences import translated
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import ordinal
from meshdefense_tui.lines import Line, Span, beside, spread
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.text_fit import fit, pad, wrap

__all__ = ["COLUMNS_FROM", "bar", "mesh_lines"]

COLUMNS_FROM: Final = 116
"""From this width on there are two columns."""
_NAME: Final = 17
_BESIDE_BAR: Final = 45
"""Cells of a class's line that its bar does not take."""
_BAR_MAX: Final = 24
_WHOLE_WORDS: Final = 76
"""From this width on a neighbour's line says in words when and how it was compared."""
_NEAR: Final = 0.8
"""From this share of what it may use on, a class is marked."""


def mesh_lines(
    mesh: MeshRow | None,
    neighbours: list[NeighbourRow],
    look: Look,
    *,
    now: float,
    width: int,
) -> list[Line]:
    """Everything, in as many lines as it needs, none wider than `width` cells."""
    title: Line = ((look.say("mesh").upper(), "title_focus"),)
    if mesh is None:
        return [title, (), ((look.say("mesh_none"), "quiet"),)]
    if width < COLUMNS_FROM:
        return [
            title,
            *_gap_lines(mesh, look, width),
            (),
            *_airtime_lines(mesh, look, width),
            (),
            *_neighbour_lines(neighbours, look, now, width),
            (),
            *_waiting_lines(mesh, look, width),
        ]
    half = width // 2
    left = [*_airtime_lines(mesh, look, half - 2), (), *_waiting_lines(mesh, look, half - 2)]
    right = [
        *_gap_lines(mesh, look, width - half),
        (),
        *_neighbour_lines(neighbours, look, now, width - half),
    ]
    return [title, (), *beside(left, right, half)]


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
        if row["name"] == "stock" and not row["used_s"]:
            continue  # most nodes never speak to stock radios
        lines.append(_class_line(row, look, width))
        if row["held_back"]:
            reason = translated(row["held_back"], look.language)
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
    counts = look.say("mesh_heard_n", count=len(neighbours), same=same)
    lines: list[Line] = [((title, "title"), (f"  {counts}", "plain"))]
    whole = width >= _WHOLE_WORDS
    same_words = look.say("mesh_in_step" if whole else "mesh_in_step_short")
    other_words = look.say("mesh_differs" if whole else "mesh_differs_short")
    said = {
        True: (f"= {same_words}", "good"),
        False: (f"{look.glyphs.differs} {other_words}", "warn"),
        None: (f"? {look.say('mesh_unknown')}", "quiet"),
    }
    for row in neighbours:
        snr = "" if row["snr"] is None else f"{row['snr']:.1f} dB"
        when = look.say("mesh_compared" if whole else "ago", age=age(now - row["heard_at"]))
        parts: list[Span] = [
            (f"  {pad(row['name'], _NAME)}", "strong"),
            (pad(when, 22 if whole else 12), "quiet"),
            (f"{snr:>9}", "quiet"),
            said[row["in_step"]],
        ]
        lines.append(spread(parts, width, gap=" ", ellipsis=look.glyphs.ellipsis))
    legend = wrap(look.say("mesh_legend"), width - 2)
    return [*lines, *(((f"  {part}", "quiet"),) for part in legend)]


def _waiting_lines(mesh: MeshRow, look: Look, width: int) -> list[Line]:
    title = look.say("mesh_waiting")
    if not mesh["waiting"]:
        return [((title, "title"), ("  ", "plain"), (look.say("mesh_no_waiting"), "quiet"))]
    lines: list[Line] = [((title, "title"), (f"  {mesh['waiting_count']}", "plain"))]
    for row in mesh["waiting"]:
        name = _class_name(row["airtime_class"], look)
        text = f"  {ordinal(row['position'], look.language):<4} {row['id']:<9} {name}"
        if row["reason"]:
            text += f": {translated(row['reason'], look.language)}"
        lines.append(((fit(text, width, look.glyphs.ellipsis), "plain"),))
    if (left := mesh["waiting_count"] - len(mesh["waiting"])) > 0:
        lines.append(((f"  {look.say('mesh_more', count=left)}", "quiet"),))
    return lines
