"""The daily memo: one page of confirmed incidents, without personal data, as text and as Markdown.

Exercises are not in it. Places are the cells of a redacted export whatever else is asked for: a
memo is made to be handed on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.exports.incidents import Incident, stamp
from meshdefense.exports.times import Steps, summary
from meshdefense.exports.words import MEMO, TIMES, minutes
from meshdefense.safe_text import clean
from meshdefense_protocol.words import KINDS, SEVERITIES

__all__ = ["LISTED_MAX", "Memo", "memo_lines", "memo_of"]

LISTED_MAX: Final = 20
"""Incidents that fit on the page with what stands around them."""
_KM: Final = 1000


@dataclass(frozen=True, slots=True)
class Memo:
    """What the page says."""

    title: str
    period: str
    head: tuple[str, ...]
    """Sentences before the list."""
    heading: str
    count: int
    """Confirmed incidents."""
    incidents: tuple[str, ...]
    """A line each, the oldest first."""
    foot: tuple[str, ...]
    language: str

    def left_out(self, shown: int) -> str:
        """What stands in place of those that do not fit; empty when all do."""
        rest = self.count - shown
        return MEMO["more"].text(self.language, count=rest) if rest > 0 else ""


def memo_of(
    found: Sequence[Steps],
    status: Mapping[str, Any],
    language: str,
    *,
    since: float,
    until: float,
) -> Memo:
    """The memo of a time; `found` are all alerts of it, redacted, with their steps."""
    real = [one for one in found if not one.incident.drill]
    confirmed = [one for one in real if _is_confirmed(one.incident)]
    others = len(real) - len(confirmed)
    count = len(confirmed)

    def said(name: str, **values: object) -> str:
        return MEMO[name].text(language, **values)

    head = [
        said("none") if not count else said("confirmed_one") if count == 1
        else said("confirmed", count=count)
    ]  # fmt: skip
    head += [_by_kind(confirmed, language)] if count > 1 else []
    head += [said("quiet")] if not count else []
    head += [said("others", count=others)] if others else []
    whole = summary(confirmed)
    if "verified" in whole.taken:
        time, taken = minutes(whole.median_s["verified"]), whole.taken["verified"]
        head.append(said("median", time=time, count=taken))
    if "on_scene" in whole.taken:
        five, seven = whole.on_scene_within
        taken = whole.taken["on_scene"]
        head.append(TIMES["yardstick"].text(language, five=five, seven=seven, all=taken))
    return Memo(
        title=f"{said('title')}: {clean(str(status['network']))}",
        period=said("period", since=_minute(since), until=_minute(until)),
        head=tuple(head),
        heading=said("list"),
        count=count,
        incidents=tuple(_line(one, language) for one in confirmed[:LISTED_MAX]),
        foot=(said("people"),),
        language=language,
    )


def memo_lines(memo: Memo) -> list[str]:
    """The memo as Markdown."""
    lines = [f"# {_plain(memo.title)}", "", memo.period, ""]
    for sentence in memo.head:
        lines += [sentence, ""]
    if memo.incidents:
        lines += [f"## {memo.heading}", "", *(f"- {_plain(one)}" for one in memo.incidents), ""]
    if more := memo.left_out(len(memo.incidents)):
        lines += [more, ""]
    return [*lines, "---", "", *memo.foot]


def _plain(text: str) -> str:
    """Without what Markdown would read as its own."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in text)


def _is_confirmed(one: Incident) -> bool:
    return one.verified_at is not None and one.state in ("verified", "closed", "expired")


def _by_kind(confirmed: Sequence[Steps], language: str) -> str:
    counts = Counter(one.incident.kind for one in confirmed)
    named = [f"{KINDS.get(kind).text(language)} {n}" for kind, n in counts.most_common()]
    return ", ".join(named) + "."


def _line(steps: Steps, language: str) -> str:
    one = steps.incident
    words = [
        f"{stamp(one.reported_at)[11:16]} {KINDS.get(one.kind).text(language)}"
        f"{f' x{one.count}' if one.count else ''} ({SEVERITIES.get(one.severity).text(language)})",
        _where(one, language),
    ]
    if not steps.uncertain:
        for name, said in (("verified", "verified_after"), ("on_scene", "on_scene_after")):
            if name in steps.after_s:
                words.append(MEMO[said].text(language, time=minutes(steps.after_s[name])))
    return "; ".join(words)


def _where(one: Incident, language: str) -> str:
    if one.cell is None:
        return MEMO["no_place"].text(language)
    (lat, lon), size = one.cell.centre, one.cell.size_m
    said = f"{size} m" if size < _KM else f"{size / _KM:g} km"
    return MEMO["within"].text(language, size=said, lat=f"{lat:.3f}", lon=f"{lon:.3f}")


def _minute(at: float) -> str:
    return stamp(at)[:16].replace("T", " ")
