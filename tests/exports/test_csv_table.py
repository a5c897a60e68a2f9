"""The table: read back as it was meant, and no formula in it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.exports.csv_table import defused
from meshdefense.exports.making import made
from meshdefense.exports.wish import Wish
from meshdefense.exports.words import COLUMNS
from support.export_rows import NOW, alert, alerts, rows


def table(*some: dict[str, Any], **wish: Any) -> list[list[str]]:
    text = made(Wish("csv", **wish), rows(*some), NOW).content.decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_a_row_says_what_is_known() -> None:
    titles, cells = table(alert(), redacted=False)
    assert titles == [said.en for said in COLUMNS.values()]
    row = dict(zip(COLUMNS, cells, strict=True))
    assert row == {
        "id": "2.0.777123", "kind": "fire", "severity": "high", "state": "unconfirmed",
        "drill": "no", "reported": "2026-11-18T11:06:40Z", "observed": "2026-11-18T11:04:40Z",
        "verified": "", "broadcast": "", "ended": "", "expires": "2026-11-18T12:06:40Z",
        "time_uncertain": "no", "count": "3", "activity": "spreading", "unit": "fire or medical",
        "equipment": "marked vehicles; drones", "lat": "34.051235", "lon": "-118.248769",
        "cell": "1", "reporter": "canary-ana", "confirmed_by": "", "note": "canary note",
    }  # fmt: skip


def test_redacted_it_says_roles_a_cell_and_no_note() -> None:
    _, cells = table(alert(), language="es")
    row = dict(zip(COLUMNS, cells, strict=True))
    assert (row["id"], row["reporter"], row["cell"], row["note"]) == (
        "fire-20261118T110640Z", "patrulla", "250", "",
    )  # fmt: skip
    assert (row["kind"], row["severity"], row["drill"]) == ("incendio", "alta", "no")


@given(st.lists(alerts(), max_size=5), st.booleans(), st.sampled_from(["en", "es"]))
def test_every_row_is_read_back_and_no_cell_is_a_formula(
    some: list[dict[str, Any]], redacted: bool, language: str
) -> None:
    text = made(Wish("csv", redacted=redacted, language=language), rows(*some), NOW).content
    lines = text.decode().split("\r\n")
    assert lines[-1] == ""
    assert len(lines) == len(some) + 2
    assert "\n" not in "".join(lines)
    for row in csv.reader(io.StringIO(text.decode(), newline=""), strict=True):
        assert len(row) == len(COLUMNS)
        for name, cell in zip(COLUMNS, row, strict=True):
            if name not in ("lat", "lon"):
                assert cell.lstrip()[:1] not in set("=+-@\t\r＝＋－＠"), cell  # noqa: RUF001


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝"])  # noqa: RUF001
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert defused(f"{start}cmd|' /C calc'!A0").startswith("'")


@given(st.text(alphabet="abc ,\"'1=", max_size=8))
def test_a_harmless_text_stays_as_it_is(text: str) -> None:
    if not text.lstrip().startswith("="):
        assert defused(text) == text
