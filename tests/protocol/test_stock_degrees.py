"""Degrees as phones and people write them are a place, and never a phone number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_degrees import without_degrees
from meshdefense_protocol.stock_report import parse_stock_report


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("41.85,-87.65", 41.85, -87.65),
        ("41.85 -87.65", 41.85, -87.65),
        ("41.85003,-87.65005.", 41.85003, -87.65005),
        ("41.85003300000001, -87.65005200000002", 41.850033, -87.650052),
        ("41.85/-87.65", 41.85, -87.65),
        ("41.85;-87.65", 41.85, -87.65),
        ("41.85,\u221287.65", 41.85, -87.65),
        ("41.85,\u201387.65", 41.85, -87.65),
        ("41.85N 87.65W", 41.85, -87.65),
        ("41.85n 87.65w", 41.85, -87.65),
        ("41.85° N, 87.65° W", 41.85, -87.65),
        ("N41.85 W87.65", 41.85, -87.65),
        ("87.65W 41.85N", 41.85, -87.65),
        ("34.6S 58.4O", -34.6, -58.4),
        ("S 34.6 O 58.4", -34.6, -58.4),
        ("41.4N 2.2E", 41.4, 2.2),
        ("41,85 -87,65", 41.85, -87.65),
        ("19,4326; -99,1332", 19.4326, -99.1332),
        ("34,6037S 58,3816O", -34.6037, -58.3816),
        ("lat 41.85 lon -87.65", 41.85, -87.65),
        ("latitud: 41.85, longitud: -87.65", 41.85, -87.65),
        ("41°51'00.0\"N 87°39'00.0\"W", 41.85, -87.65),
        ("41°51\u2032N 87°39\u2032W", 41.85, -87.65),
        ("geo:41.85,-87.65", 41.85, -87.65),
        ("https://maps.example.org/?q=41.85,-87.65", 41.85, -87.65),
        ("41.85 -87.65 S Main", 41.85, -87.65),
    ],
)
@pytest.mark.parametrize("before", ["", "R fire ", "SOS "])
def test_degrees_are_found_as_they_are_written(
    text: str, lat: float, lon: float, before: str
) -> None:
    said = parse_stock_report(before + text)
    assert said.lat == pytest.approx(lat)
    assert said.lon == pytest.approx(lon)
    assert said.personal == frozenset()
    assert not said.place
    assert said.count is None


@pytest.mark.parametrize(
    "text", ["141.85,-87.65", "41.85,-987.65", "0.0,0.0", "99.1234567 200.1234567"]
)
def test_degrees_that_are_nowhere_are_no_place_and_no_phone_number(text: str) -> None:
    assert without_degrees(text)[1] is None
    said = parse_stock_report(f"fire {text}")
    assert (said.lat, said.place, said.personal) == (None, "", frozenset())


@pytest.mark.parametrize(
    "text", ["R 3.5 vans", "5,10", "20,30 40,50", "1.2.3.4", "10.1.2.3 4.5.6.7", "Calle 5 y 10"]
)
def test_other_numbers_are_no_degrees(text: str) -> None:
    assert without_degrees(text) == (text, None)


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9), st.integers(2, 15), st.data())
def test_every_place_on_earth_is_read_as_it_was_written(
    lat: float, lon: float, decimals: int, data: st.DataObject
) -> None:
    sign = data.draw(st.sampled_from([",", ", ", " ", "/", " / ", ";"]))
    end = data.draw(st.sampled_from(["", ".", "!", ")", " fire"]))
    written = f"{lat:.{decimals}f}{sign}{lon:.{decimals}f}{end}"
    _, found = without_degrees(f"R {written}")
    if round(lat, decimals) or round(lon, decimals):
        assert found == (float(f"{lat:.{decimals}f}"), float(f"{lon:.{decimals}f}"))


@given(st.text(max_size=240) | st.text("0123456789.,-NSEWO°'\" /", max_size=240))
def test_any_text_has_degrees_on_earth_or_none(text: str) -> None:
    _, found = without_degrees(text)
    assert found is None or (-90 <= found[0] <= 90 and -180 <= found[1] <= 180)
