"""`meshdefense alerts --follow`: each event one line, for screen readers, scripts and slow lines.

No line is longer than 200 bytes with its newline, so that at 1200 baud, 120 bytes a second,
each takes less than 2 s. Nothing moves the cursor; the bell rings only where it was asked for.
"""

from __future__ import annotations

from typing import Any, Final

from meshdefense.catalogue import tr
from meshdefense.cli.output import delivery, where
from meshdefense.language import current
from meshdefense.safe_text import clean
from meshdefense_protocol.words import KINDS, LADDER, SEVERITIES, VERDICTS

__all__ = ["BELL", "LINE_MAX", "Followed"]

LINE_MAX: Final = 200
"""Bytes in UTF-8, with the newline."""
BELL: Final = "\a"
_GRAVE: Final = 2
"""Severity from which the bell rings: high."""
_CUT: Final = "..."


class Followed:
    """What was printed of each alert, so that a line says something new or is not printed."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def line(self, row: dict[str, Any], origin: dict[str, Any] | None, at: str) -> str | None:
        """The line of a changed alert at the time `at`; None when it would say nothing new."""
        said = _said(row, origin)
        if self._said.get(row["id"]) == said:
            return None
        mark = "" if row["id"] in self._said else tr("NEW ")
        self._said[row["id"]] = said
        return cut(f"{at} {mark}{said}")

    def rings(self, row: dict[str, Any]) -> bool:
        """Whether this is an alert of others that was never printed, and a grave one."""
        return row["id"] not in self._said and not row["mine"] and row["severity"] >= _GRAVE


def cut(line: str) -> str:
    """The line in at most LINE_MAX bytes, the newline counted."""
    coded = line.encode()
    if len(coded) < LINE_MAX:
        return line
    return coded[: LINE_MAX - 1 - len(_CUT)].decode(errors="ignore") + _CUT


def _said(row: dict[str, Any], origin: dict[str, Any] | None) -> str:
    language = current()
    count = f" x{row['count_label']}" if row["count_label"] else ""
    drill = tr("DRILL ") if row["drill"] else ""
    parts = [
        f"{row['id']} {drill}{SEVERITIES.get(row['severity']).text(language)} "
        f"{KINDS.get(row['kind']).text(language)}{count}",
        LADDER.find(row["state"]).text(language),
        where(row["place"], origin),
        tr("by {name}", name=clean(row["author_name"])),
    ]
    results = [verdict["result"] for verdict in row["verdicts"]]
    parts += [
        f"{results.count(code)} {VERDICTS.get(code).text(language)}"
        for code in sorted(set(results))
    ]
    if row["mine"] and (words := delivery(row["delivery"])):
        parts.append(words)
    if row["note"]:
        parts.append(clean(row["note"]))
    return ", ".join(parts)
