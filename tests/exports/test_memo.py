"""The memo: one page, confirmed incidents only, nobody's name, in both languages."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.exports.making import made
from meshdefense.exports.memo import Memo
from meshdefense.exports.memo_pdf import memo_pdf
from meshdefense.exports.wish import Wish
from support.export_rows import HANDLES, NOTE, NOW, alert, alerts, event, rows, verdict

DAY = {"since": NOW - 3600, "until": NOW + 3600}


def confirmed(number: int = 1, **changes: Any) -> dict[str, Any]:
    return alert(f"2.0.{number}", state="verified", verdicts=[verdict(3, 95)], **changes)


def markdown(*some: dict[str, Any], language: str = "en", **more: Any) -> str:
    found = rows(*some, events=more.pop("events", ()))
    return made(Wish("memo", language=language, **{**DAY, **more}), found, NOW).content.decode()


def pages(pdf: bytes) -> list[list[tuple[float, str]]]:
    """Of each page its lines, with their height."""
    assert pdf.startswith(b"%PDF-1.")
    found = []
    for stream in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.S):
        text = zlib.decompress(stream).decode("ascii")
        lines = re.findall(r"1 0 0 1 60 (\S+) Tm\n<([0-9a-f]*)> Tj", text)
        found.append([(float(y), bytes.fromhex(line).decode("cp1252")) for y, line in lines])
    assert len(re.findall(rb"/Type /Page\W", pdf)) == len(found)
    return found


def text_of(pdf: bytes) -> str:
    (lines,) = pages(pdf)
    return "\n".join(line for _, line in lines)


def test_it_lists_what_was_confirmed_and_counts_the_rest() -> None:
    events = (event("respond", 380, item="2.0.1"),)
    some = (confirmed(), alert("2.0.2"), alert("2.0.3", state="disputed"))
    text = markdown(*some, events=events)
    assert "1 confirmed incident." in text
    assert "Reports that were not confirmed: 2." in text
    assert (
        "- 11:06 fire x3 (high); within 250 m around 34.051 -118.249; "
        "verified after 1:35; first on scene after 6:20" in text
    )
    assert "within 5 minutes: 0 of 1; within 7 minutes: 1 of 1" in text


def test_it_is_the_same_in_spanish() -> None:
    text = markdown(confirmed(), confirmed(2, kind=8), language="es")
    assert "2 incidentes confirmados." in text
    assert "incendio 1, inundación 1." in text
    assert "11:06 inundación x3 (alta); en 250 m alrededor de" in text
    assert "No lleva nombres" in text


def test_exercises_and_what_was_taken_back_are_not_in_it() -> None:
    gone = (
        confirmed(1, drill=True),
        {**confirmed(2), "state": "retracted", "retracted_at": NOW + 1},
        {**confirmed(3), "reported_at": NOW - 7200},
        {**confirmed(4), "gone": True},
    )
    text = markdown(*gone)
    assert "No confirmed incidents." in text
    assert "does not mean that nothing happened" in text
    assert "- 1" not in text


@pytest.mark.parametrize("pdf", [False, True])
def test_a_memo_is_redacted_even_where_everything_is_asked_for(pdf: bool) -> None:
    wish = Wish("memo", redacted=False, pdf=pdf, **DAY)  # type: ignore[arg-type]
    content = made(wish, rows(confirmed()), NOW).content
    text = text_of(content) if pdf else content.decode()
    assert "fire" in text
    assert "within 250 m" in text
    for canary in (*HANDLES.values(), NOTE, "34.0512", "118.2487"):
        assert canary not in text


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("count", [0, 1, 20, 21, 300])
def test_the_pdf_is_one_page_however_much_happened(count: int, language: str) -> None:
    some = [confirmed(n, kind=n % 20, count_label="1000+") for n in range(count)]
    wish = Wish("memo", language=language, pdf=True, **DAY)  # type: ignore[arg-type]
    found = made(wish, rows(*some), NOW)
    (lines,) = pages(found.content)
    heights = [y for y, _ in lines]
    assert heights == sorted(heights, reverse=True)
    assert 40 <= heights[-1] < heights[0] < 842
    assert max(len(line) for _, line in lines) <= 100
    assert found.count == count
    words = "\n".join(line for _, line in lines)
    listed = words.count("\n- ")
    if count > 20:
        left_out = re.search(r"\n\.\.\. (?:and|y) (\d+)", words)
        assert left_out is not None
        assert listed + int(left_out[1]) == count


def test_what_does_not_fit_on_the_page_is_counted() -> None:
    long = tuple(f"{n} " + "words " * 40 for n in range(20))
    memo = Memo("Daily memo", "today", ("Twenty.",), "Incidents", 20, long, ("End.",), "en")
    (lines,) = pages(memo_pdf(memo, NOW))
    assert min(y for y, _ in lines) >= 40
    words = "\n".join(line for _, line in lines)
    left_out = re.search(r"\n\.\.\. and (\d+) more", words)
    assert left_out is not None
    assert words.count("\n- ") + int(left_out[1]) == 20
    assert words.endswith("End.")


def test_spanish_letters_are_in_the_pdf() -> None:
    wish = Wish("memo", language="es", pdf=True, **DAY)  # type: ignore[arg-type]
    found = rows(confirmed(1, kind=8), alert("2.0.2"))
    text = text_of(made(wish, found, NOW).content)
    assert "inundación" in text
    assert "Resumen del día" in text


def test_a_letter_that_the_font_lacks_becomes_a_question_mark() -> None:
    found = rows(confirmed())
    strange = type(found)(found.alerts, found.members, {**found.status, "network": "Łódź 東"})
    wish = Wish("memo", pdf=True, **DAY)  # type: ignore[arg-type]
    assert "?" in text_of(made(wish, strange, NOW).content).splitlines()[0]


@settings(max_examples=30)
@given(st.lists(alerts(), max_size=6))
def test_any_day_has_a_memo_in_both_forms(some: list[dict[str, Any]]) -> None:
    for pdf in (False, True):
        found = made(Wish("memo", pdf=pdf, since=0, until=2**33), rows(*some), NOW)
        text = text_of(found.content) if pdf else found.content.decode()
        assert "canary-" not in text


def test_the_same_day_makes_the_same_file() -> None:
    wish = Wish("memo", pdf=True, **DAY)  # type: ignore[arg-type]
    first, second = (made(wish, rows(confirmed()), NOW) for _ in range(2))
    assert first.sha256 == second.sha256
