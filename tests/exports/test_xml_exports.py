"""GPX, CAP and CoT: by their schemas, whatever words the rows hold.

CAP is validated against the schema of the standard. For GPX and CoT the rules that concern us are
written down here, from gpx.xsd 1.1 and the event schema 2.0.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.exports.cap import CAP_NAMESPACE
from meshdefense.exports.gpx import GPX_NAMESPACE
from meshdefense.exports.making import made
from meshdefense.exports.wish import Wish
from meshdefense.exports.xml_text import xml_text
from support.export_rows import ITEM, NOW, STATUS, alert, alerts, place, rows, verdict

CAP_SCHEMA: Final = xmlschema.XMLSchema(Path(__file__).with_name("CAP-v1.2.xsd"))
CAP: Final = f"{{{CAP_NAMESPACE}}}"
GPX: Final = f"{{{GPX_NAMESPACE}}}"
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SOME = st.lists(alerts(), max_size=3)


def caps(*some: dict[str, Any], **wish: Any) -> list[ET.Element]:
    """The messages of an archive."""
    content = made(Wish("cap", **wish), rows(*some), NOW).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        texts = [archive.read(name) for name in archive.namelist()]
    for text in texts:
        CAP_SCHEMA.validate(text.decode())
    return [ET.fromstring(text) for text in texts]


def said(element: ET.Element, *names: str) -> list[str | None]:
    return [element.findtext(".//" + CAP + name) for name in names]


@settings(max_examples=40)
@given(SOME, st.booleans())
def test_every_cap_message_is_valid_by_the_schema_of_the_standard(
    some: list[dict[str, Any]], redacted: bool
) -> None:
    unique = {row["id"]: row for row in some}
    messages = caps(*unique.values(), redacted=redacted)
    assert len(messages) == len(unique)
    for message in messages:
        for name in ("identifier", "sender"):
            assert not set(message.findtext(CAP + name) or " ") & set(" ,<&")
        assert [e.text for e in message.iter(f"{CAP}language")] == ["en-US", "es-US"]
        for polygon in message.iter(f"{CAP}polygon"):
            pairs = (polygon.text or "").split()
            assert len(pairs) == 5
            assert pairs[0] == pairs[-1]
            for pair in pairs:
                lat, lon = map(float, pair.split(","))
                assert abs(lat) <= 90
                assert abs(lon) <= 180


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("Alert", "Actual", "Unknown", "Severe", "Possible", "Restricted")),
        (
            {"state": "corroborated"},
            ("Alert", "Actual", "Immediate", "Severe", "Likely", "Restricted"),
        ),
        (
            {"state": "corroborated", "severity": 0, "drill": True},
            ("Alert", "Exercise", "Expected", "Minor", "Likely", "Restricted"),
        ),
        (
            {"state": "verified", "verdicts": [verdict(3, 60)], "severity": 3,
             "broadcasts": [{"at": NOW + 90}]},
            ("Update", "Actual", "Immediate", "Extreme", "Observed", "Public"),
        ),
        (
            {"state": "verified", "verdicts": [verdict(3, 60)], "severity": 1, "scope": 1,
             "broadcasts": [{"at": NOW + 90}]},
            ("Update", "Actual", "Expected", "Moderate", "Observed", "Restricted"),
        ),
        (
            {"state": "disputed", "verdicts": [verdict(3, 60, "nothing-there")]},
            ("Update", "Actual", "Unknown", "Severe", "Unknown", "Restricted"),
        ),
        (
            {"state": "closed", "verdicts": [verdict(3, 60)],
             "closes": [{"at": NOW + 600.0}, {"at": NOW + 700.0}]},
            ("Cancel", "Actual", "Past", "Severe", "Observed", "Restricted"),
        ),
        (
            {"state": "retracted", "retracted_at": NOW + 30.0},
            ("Cancel", "Actual", "Past", "Severe", "Unlikely", "Restricted"),
        ),
        ({"state": "expired"}, ("Alert", "Actual", "Past", "Severe", "Possible", "Restricted")),
        (
            {"state": "expired", "verdicts": [verdict(3, 60)]},
            ("Update", "Actual", "Past", "Severe", "Observed", "Restricted"),
        ),
    ],
)  # fmt: skip
def test_the_ladder_is_mapped_as_the_page_says(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    (message,) = caps(alert(**changes))
    names = ("msgType", "status", "urgency", "severity", "certainty", "scope")
    assert tuple(said(message, *names)) == expected
    restricted = expected[-1] == "Restricted"
    assert (message.find(f"{CAP}restriction") is not None) is restricted


def test_each_message_refers_to_those_before_it() -> None:
    first = alert()
    verified = alert(state="verified", verdicts=[verdict(3, 60)])
    closes = [{"at": NOW + 600.0}, {"at": NOW + 700.0}]
    closed = alert(state="closed", verdicts=[verdict(3, 60)], closes=closes)
    chain = [caps(one, redacted=False)[0] for one in (first, verified, closed)]
    keys = [",".join(str(part) for part in said(m, "sender", "identifier", "sent")) for m in chain]
    references = [message.findtext(f"{CAP}references") for message in chain]
    assert references == [None, keys[0], f"{keys[0]} {keys[1]}"]
    assert keys[0] == f"feedc0de.meshdefense.invalid,{ITEM}-1,2026-11-18T11:06:40-00:00"
    assert said(chain[2], "responseType", "sent") == ["AllClear", "2026-11-18T11:18:20-00:00"]


def test_one_alert_that_was_named_is_the_message_itself() -> None:
    found = made(Wish("cap", alert=ITEM), rows(alert(), alert("2.0.2")), NOW)
    CAP_SCHEMA.validate(found.content.decode())
    assert found.count == 1


def test_the_name_of_the_network_is_only_in_a_full_message() -> None:
    (redacted,) = caps(alert())
    (full,) = caps(alert(), redacted=False)
    assert said(redacted, "senderName") == [None]
    assert said(full, "senderName") == [STATUS["network"]]
    assert full.find(f".//{CAP}circle") is not None
    assert redacted.find(f".//{CAP}circle") is None


# -- GPX ---------------------------------------------------------------------------------------

WPT = ["ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type"]
TRK = ["name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"]


def check_order(element: ET.Element, allowed: list[str]) -> None:
    tags = [child.tag.removeprefix(GPX) for child in element]
    assert [tag for tag in allowed if tag in tags] == list(dict.fromkeys(tags))


def check_gpx(text: str) -> ET.Element:
    """The rules of gpx.xsd for what we write."""
    root = ET.fromstring(text)
    assert root.tag == f"{GPX}gpx"
    assert root.get("version") == "1.1"
    assert root.get("creator")
    check_order(root, ["metadata", "wpt", "rte", "trk", "extensions"])
    for point in (*root.iter(f"{GPX}wpt"), *root.iter(f"{GPX}trkpt")):
        assert abs(float(point.get("lat", "x"))) <= 90
        assert abs(float(point.get("lon", "x"))) <= 180
    for point in root.iter(f"{GPX}wpt"):
        check_order(point, WPT)
    for track in root.iter(f"{GPX}trk"):
        check_order(track, TRK)
    for time in root.iter(f"{GPX}time"):
        assert TIME.fullmatch(time.text or "")
    return root


@settings(max_examples=40)
@given(SOME, st.booleans(), st.sampled_from(["en", "es"]))
def test_every_gpx_file_follows_its_schema(
    some: list[dict[str, Any]], redacted: bool, language: str
) -> None:
    found = made(Wish("gpx", redacted=redacted, language=language), rows(*some), NOW)
    root = check_gpx(found.content.decode())
    placed = [row for row in some if row["place"] is not None]
    assert found.count == len(placed)
    assert found.left_out == len(some) - len(placed)
    assert len(root.findall(f"{GPX}wpt")) + len(root.findall(f"{GPX}trk")) == len(placed)
    if redacted:
        assert root.find(f"{GPX}wpt") is None


def test_a_coarse_place_is_an_outline_and_an_exact_one_a_waypoint() -> None:
    some = (alert(), alert("2.0.2", place=place(precision_m=500), drill=True))
    root = check_gpx(made(Wish("gpx", redacted=False), rows(*some), NOW).content.decode())
    assert [e.text for e in root.findall(f"{GPX}wpt/{GPX}name")] == ["fire"]
    assert [e.text for e in root.findall(f"{GPX}trk/{GPX}name")] == ["DRILL fire"]
    points = root.findall(f".//{GPX}trkpt")
    assert len(points) == 5
    assert points[0].attrib == points[-1].attrib


# -- CoT ---------------------------------------------------------------------------------------


def cots(*some: dict[str, Any], **wish: Any) -> list[ET.Element]:
    text = made(Wish("cot", **wish), rows(*some), NOW + 5).content.decode()
    return [ET.fromstring(line) for line in text.splitlines()]


@settings(max_examples=40)
@given(SOME, st.booleans())
def test_every_cot_event_has_what_the_schema_requires(
    some: list[dict[str, Any]], redacted: bool
) -> None:
    events = cots(*some, redacted=redacted)
    placed = [row for row in some if row["place"] is not None]
    assert len(events) == len(placed)
    ordered = sorted(placed, key=lambda row: (row["reported_at"], row["id"]))
    for event, row in zip(events, ordered, strict=True):
        assert event.tag == "event"
        assert event.get("version") == "2.0"
        assert re.fullmatch(r"\w+(-\w+)*", event.get("type", ""))
        assert event.get("uid", "").startswith("meshdefense.")
        assert (event.get("opex") == "e") is row["drill"]
        for name in ("time", "start", "stale"):
            assert TIME.fullmatch(event.get(name, ""))
        assert event.get("stale", "") >= event.get("start", "")
        point = event.find("point")
        assert point is not None
        assert set(point.attrib) == {"lat", "lon", "hae", "ce", "le"}
        least = max(250 if redacted else 1, row["place"]["precision_m"])
        assert float(point.get("ce", "0")) >= least / 2**0.5
        assert (event.find("detail/contact") is None) is redacted


def test_an_event_ends_with_its_alert() -> None:
    closes = [{"at": NOW + 600.0}, {"at": NOW + 700.0}]
    closed = alert(state="closed", verdicts=[verdict(3, 60)], closes=closes)
    verified = alert("2.0.2", state="verified", verdicts=[verdict(3, 60)])
    second, first = cots(closed, verified)
    assert (first.get("stale"), first.get("type")) == ("2026-11-18T11:18:20Z", "b-m-p-s-m")
    assert (second.get("stale"), second.get("type")) == ("2026-11-18T12:06:40Z", "a-u-G")


def test_the_callsign_is_the_handle_and_only_when_it_is_asked_for() -> None:
    contact = cots(alert(), redacted=False)[0].find("detail/contact")
    assert contact is not None
    assert contact.get("callsign") == "canary-ana"


@given(st.text())
def test_what_xml_cannot_hold_is_taken_out_and_nothing_else(text: str) -> None:
    kept = xml_text(text)
    element = ET.Element("a", {"b": kept})
    element.text = kept
    again = ET.fromstring(ET.tostring(element))
    if "\r" not in kept and "\n" not in kept and "\t" not in kept:
        assert again.get("b") == kept
        assert (again.text or "") == kept
    assert "".join(c for c in text if c.isprintable()) == "".join(
        c for c in kept if c.isprintable()
    )
