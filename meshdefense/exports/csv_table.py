"""Alerts as a table (RFC 4180, UTF-8), safe to open with a spreadsheet.

A spreadsheet takes a cell that begins with = + - @ (or a tab or carriage return before one) for
a formula, and formulas can run programs or send the table away: such a text gets an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from meshdefense.exports.incidents import Incident, stamp
from meshdefense.exports.words import COLUMNS, Said, listed
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, LADDER, SEVERITIES, UNITS

__all__ = ["csv_rows", "defused"]

_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  # full-width forms work too
_YES, _NO = Said("yes", "sí"), Said("no", "no")


def csv_rows(found: Sequence[Incident], language: str) -> list[str]:
    """The lines of the file: titles, then one for each alert; each ends with CR LF."""
    titles = [said.text(language) for said in COLUMNS.values()]
    return [_line(titles), *(_line(_cells(one, language)) for one in found)]


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text


def _line(cells: Sequence[str | float]) -> str:
    # numbers are our own; a longitude's minus is no formula
    written = io.StringIO()
    safe = [defused(cell) if isinstance(cell, str) else cell for cell in cells]
    csv.writer(written, lineterminator="\r\n").writerow(safe)
    return written.getvalue()


def _cells(one: Incident, language: str) -> list[str | float]:
    lat, lon = one.cell.centre if one.cell is not None else ("", "")
    return [
        one.id,
        KINDS.get(one.kind).text(language),
        SEVERITIES.get(one.severity).text(language),
        LADDER.get(LADDER.code(one.state)).text(language),
        (_YES if one.drill else _NO).text(language),
        *(
            "" if at is None else stamp(at)
            for at in (
                one.reported_at, one.observed_at, one.verified_at, one.broadcast_at, one.ended_at,
                one.expires_at,
            )
        ),
        (_YES if one.time_uncertain else _NO).text(language),
        one.count,
        ACTIVITIES.get(one.activity).text(language),
        UNITS.get(one.unit).text(language),
        listed([EQUIPMENT.get(code).text(language) for code in one.equipment]),
        lat,
        lon,
        "" if one.cell is None else one.cell.size_m,
        one.reporter,
        listed(list(one.confirmed_by)),
        one.note,
    ]  # fmt: skip
