"""The airtime plan as a picture for the briefing: 190 mm wide, readable in black and white.

Above, what the channel is used for, as wished and as recommended; below, how long a report takes
as more is said. Hatches and greys have their own outline, so that photocopies keep them apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from meshdefense.air.plan_advice import Advice, Option
from meshdefense.air.planning import BUSY, Plan, Use, Wish, plan
from meshdefense.catalogue import tr
from meshdefense.provisioning.airtime.words import (
    CHANNEL_FACTOR,
    HALF,
    TIME_FACTOR,
    about,
    ground,
    intervals,
    seconds,
    use_name,
)
from meshdefense.provisioning.drawing.metrics import fitted, width_mm, wrapped
from meshdefense.provisioning.drawing.shapes import Box, Drawing, Line, Shape, Text

__all__ = ["picture"]

WIDTH: Final = 190.0
_MARGIN: Final = 8.0
_INNER: Final = WIDTH - 2 * _MARGIN
_TITLE, _HEAD, _TEXT, _SMALL = 6.0, 4.4, 3.6, 3.1
_BAR: Final = 11.0


@dataclass(frozen=True, slots=True)
class _Look:
    ink: float
    hatch: float = 0.0


_LOOKS: Final = {
    Use.REPORTS: _Look(0.85),
    Use.CHECK_INS: _Look(0.0, 1.6),
    Use.POSITIONS: _Look(0.45),
    Use.SYNC: _Look(0.15),
    Use.NAMES: _Look(0.0, 0.7),
}
_PARTS: Final = (1.0, 2.0, 4.0)
"""Of what the channel carries: what the lower half shows beside what was wished."""


def picture(advice: Advice) -> Drawing:
    """The picture, in the language in use."""
    wish = advice.wished.wish
    title = tr("{people} people on one radio channel", people=wish.members)
    shapes: list[Shape] = [Text(_MARGIN, 12.5, title, _TITLE, bold=True)]
    y = 21.0
    y = _add(shapes, _bar(y, tr("As planned"), advice.wished), y + 29.0)
    best = advice.best
    if best is not None and best is not advice.wished:
        y = _add(shapes, _bar(y, tr("Recommended"), best), y + 29.0)
    y = _add(shapes, _legend(y, [advice.wished, best or advice.wished]), y + 13.0)
    shown = best or advice.wished
    delays = list(_delays(y, shown))
    shapes += delays
    y = max(shape.y for shape in delays if isinstance(shape, Text)) + 7.0
    for line in wrapped(f"{ground(wish)} {_foot(advice.wished.plan)}", _INNER, _SMALL):
        shapes.append(Text(_MARGIN, y, line, _SMALL, ink=0.75))
        y += _SMALL * 1.3
    return Drawing(WIDTH, math.ceil(y + 2.0), title, tuple(shapes))


def _add(shapes: list[Shape], more: Iterator[Shape], end: float) -> float:
    shapes += more
    return end


def _bar(y: float, name: str, option: Option) -> Iterator[Shape]:
    """One hour of the channel as a bar, what is free left white."""
    found, wish = option.plan, option.wish
    head = tr("{name}: {preset}", name=name, preset=wish.preset.name)
    said = tr(
        "{reports} reports an hour, {intervals}, {relays} relays",
        reports=f"{wish.reports_per_hour:g}",
        intervals=intervals(wish),
        relays=wish.relays,
    )
    used = tr("{share} used", share=about(found.utilisation))
    yield Text(_MARGIN, y, head, _HEAD, bold=True)
    yield Text(WIDTH - _MARGIN, y, used, _HEAD, bold=True, anchor="end")
    yield Text(_MARGIN, y + 5.0, fitted(said, _INNER, _TEXT), _TEXT)
    top = y + 7.5
    yield Box(_MARGIN, top, _INNER, _BAR, line=0.3)
    x = _MARGIN
    end = _MARGIN + _INNER
    for use, share in found.uses.items():
        width = min(share * _INNER, end - x)
        if width > 0.05:
            look = _LOOKS[use]
            yield Box(x, top, width, _BAR, look.ink, 0.25, look.hatch)
            x += width
    free = end - x
    text = tr("free")
    if free > width_mm(text, _TEXT) + 4.0:
        yield Text(x + free / 2, top + _BAR / 2 + _TEXT * 0.35, text, _TEXT, anchor="middle")
    limit = _MARGIN + BUSY * _INNER
    yield Line(limit, top, limit, top + _BAR + 2.5, 0.5, dash=1.2)
    yield Text(
        limit + 1.0, top + _BAR + 3.6,
        tr("{limit}: above it positions and digests wait", limit=about(BUSY)), _SMALL,
    )  # fmt: skip


def _legend(y: float, options: list[Option]) -> Iterator[Shape]:
    """What the fillings mean; only those that a bar shows."""
    x, row = _MARGIN, y
    for use, look in _LOOKS.items():
        share = max(option.plan.uses[use] for option in options)
        if share * _INNER <= 0.05:
            continue
        name = use_name(use)
        width = 6.5 + width_mm(name, _SMALL) + 5.0
        if x + width > WIDTH - _MARGIN:
            x, row = _MARGIN, row + 5.0
        yield Box(x, row - 3.2, 5.0, 3.8, look.ink, 0.25, look.hatch)
        yield Text(x + 6.5, row, name, _SMALL)
        x += width


def _delays(y: float, option: Option) -> Iterator[Shape]:
    """How long a report takes when few, as many as fit, and too many are made."""
    yield Text(
        _MARGIN, y,
        tr("Until a report is at 95 of 100 radios ({preset})", preset=option.wish.preset.name),
        _HEAD, bold=True,
    )  # fmt: skip
    rows = [_load(option.wish, reports) for reports in _loads(option)]
    longest = max((p.reach_s for p in rows if p.utilisation <= HALF), default=rows[0].quiet_s)
    left = _MARGIN + 50.0
    room = WIDTH - _MARGIN - left - 42.0
    y += 3.0
    for found in rows:
        y += 6.2
        number = found.wish.reports_per_hour
        reports = tr("{number} reports an hour", number=f"{number:.0f}") if number else tr("quiet")
        yield Text(left - 2.0, y, fitted(reports, 48.0, _TEXT), _TEXT, anchor="end")
        told = found.utilisation <= HALF and not found.thin and not found.too_few_hops
        length = max(0.6, room * found.reach_s / longest) if told else room
        look = _Look(0.45) if told else _Look(0.0, 1.6)
        yield Box(left, y - 3.6, length, 4.4, look.ink, 0.25, look.hatch)
        text = seconds(found.reach_s) if told else tr("minutes, or not at all")
        yield Text(left + length + 2.0, y, text, _TEXT, bold=True)


def _loads(option: Option) -> list[float]:
    """Reports an hour: none, as wished, as many as fit, and more."""
    wished = option.wish.reports_per_hour
    if option.plan.thin or option.plan.too_few_hops:
        return [wished]
    carried = [option.carries * part for part in _PARTS] if option.carries >= 1.0 else []
    return sorted({0.0, wished, *(float(round(one)) for one in carried)})


def _load(wish: Wish, reports: float) -> Plan:
    return plan(replace(wish, reports_per_hour=min(round(reports), 1000)))


def _foot(planned: Plan) -> str:
    if planned.utilisation > HALF:
        return tr(
            "Computed, within a factor of {channel} for the channel and {time} for the time of "
            "simulated hours; no hills, houses or other people's radios. As planned an SOS can be "
            "late or lost too: each radio keeps airtime for it, but the channel itself is full.",
            channel=f"{CHANNEL_FACTOR:g}",
            time=f"{TIME_FACTOR:g}",
        )
    return tr(
        "Computed, within a factor of {channel} for the channel and {time} for the time of "
        "simulated hours; no hills, houses or other people's radios. Airtime for an SOS is kept "
        "free.",
        channel=f"{CHANNEL_FACTOR:g}",
        time=f"{TIME_FACTOR:g}",
    )
