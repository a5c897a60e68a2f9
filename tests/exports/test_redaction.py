"""What a redacted export never holds, in any format; and what the preview shows."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.exports.making import PREVIEW_ROWS, made
from meshdefense.exports.wish import FORMATS, Wish
from support.export_rows import CANARIES, NOW, alert, alerts, event, rows, verdict

CLOSES = [{"at": NOW + 600.0}, {"at": NOW + 700.0}]
SOME = (
    alert(),
    alert(state="verified", verdicts=[verdict(3, 60), verdict(4, 90)]),
    alert(state="closed", verdicts=[verdict(3, 60)], closes=CLOSES, drill=True),
)
EVENTS = (event("verdict", 60), event("respond", 80))


def text_of(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name + archive.read(name).decode() for name in archive.namelist()]
    return "\n".join(parts)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "memo"])
def test_no_name_note_id_or_place_is_in_a_redacted_file(name: str, language: str) -> None:
    for row in SOME:
        found = made(Wish(name, language=language), rows(row, events=EVENTS), NOW)
        for canary in CANARIES:
            assert canary not in text_of(found.content)
            assert canary not in "".join(found.preview)


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("memo", "times")])
def test_the_canaries_would_be_seen(name: str) -> None:
    found = made(Wish(name, redacted=False), rows(SOME[0]), NOW)
    assert "canary note" in text_of(found.content)
    assert "2.0.777123" in text_of(found.content)
    assert "34.0512" in text_of(found.content)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=20)
@given(some=st.lists(alerts(), max_size=14))
def test_the_preview_is_of_the_file_and_the_sum_too(name: str, some: list[dict[str, Any]]) -> None:
    found = made(Wish(name), rows(*some), NOW)
    assert found.sha256 == hashlib.sha256(found.content).hexdigest()
    if name in ("csv", "geojson", "cot"):
        whole = found.content.decode()
        at = 0
        for line in found.preview:
            at = whole.index(line, at) + len(line)
        assert len(found.preview) <= PREVIEW_ROWS + 1
    if name in ("csv", "geojson", "gpx", "cap", "cot"):
        assert found.more == max(0, found.count - PREVIEW_ROWS)


def test_only_alerts_of_the_time_and_kind_are_in_it() -> None:
    some = [alert(f"2.0.{n}", reported_at=NOW + n, kind=n % 3) for n in range(9)]
    wish = Wish("csv", since=NOW + 2, until=NOW + 7, kind=0, redacted=False)
    lines = made(wish, rows(*some), NOW).content.decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["2.0.3", "2.0.6"]


def test_a_member_who_left_is_said_so() -> None:
    line = made(Wish("csv"), rows(alert(author=99)), NOW).content.decode().splitlines()[1]
    assert "former member" in line


def test_there_is_no_format_of_another_name() -> None:
    with pytest.raises(ValueError, match="no format"):
        made(Wish("exe"), rows(), NOW)
