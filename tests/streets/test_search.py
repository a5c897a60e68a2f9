"""Searching: streets, corners, places and house numbers, as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.pack import Pack, open_pack
from support.maps import CREDIT, geojson, way


@pytest.mark.parametrize(
    "typed",
    [
        "Madison & Western", "madison / western", "Madison y Western", "western and MADISON",
        "W Madison St & N Western Ave", "madison con western", "Western Avenue / Madison Street",
    ],
)  # fmt: skip
def test_a_corner_is_found_however_it_is_typed(typed: str, chicago: Pack) -> None:
    found = chicago.search(typed)
    assert found[0].kind == "crossing"
    assert set(found[0].name.split(" / ")) == {"W Madison St", "N Western Ave"}
    # read off the map of the source
    assert (found[0].lat, found[0].lon) == pytest.approx((41.8812, -87.6865), abs=3e-4)


@pytest.mark.parametrize(
    "typed", ["17th & halsted", "17 y halsted", "17ta / Halsted", "halsted @ 17"]
)
def test_an_ordinal_is_a_number_in_both_languages(typed: str, chicago: Pack) -> None:
    assert chicago.search(typed)[0].name in {"W 17th St / S Halsted St", "S Halsted St / W 17th St"}


def test_a_number_is_not_the_beginning_of_another(chicago: Pack) -> None:
    names = [one.name for one in chicago.search("5th")]
    assert not any("55" in name or "50" in name for name in names)


def test_accents_and_case_do_not_count(helsinki: Pack) -> None:
    assert helsinki.search("ITAINEN TEATTERIKUJA")[0].name == "Itäinen Teatterikuja"
    assert helsinki.search("itäinen teat")[0].name == "Itäinen Teatterikuja"


def test_a_whole_name_comes_before_its_beginnings_and_the_near_before_the_far(grid: Pack) -> None:
    assert grid.search("calle a")[0].name == "Calle A"
    far, near = grid.search("1th street"), grid.search("1th street", near=(0.001, 0.0062))
    assert (far[0].name, near[0].name) == ("1th Street", "1th Street")
    assert near[0].lon == pytest.approx(0.006, abs=1e-6)


def test_named_places_are_found_with_their_kind(chicago: Pack, helsinki: Pack) -> None:
    found = {one.name: one.kind for one in chicago.search("pilsen")}
    assert found["Pilsen"] == "neighbourhood"
    assert any(one.kind == "pharmacy" for one in helsinki.search("apteekki"))


def test_house_numbers_lead_to_their_range(helsinki: Pack) -> None:
    found = helsinki.search("Kaivokatu 8")
    assert found[0].kind == "numbers"
    assert found[0].name.startswith("Kaivokatu ")
    assert (found[0].lat, found[0].lon) == pytest.approx((60.1703, 24.9403), abs=0.002)
    assert not [one for one in helsinki.search("Kaivokatu 9999") if one.kind == "numbers"]


def test_a_name_with_a_joining_word_in_it_is_found(tmp_path: Path) -> None:
    features = [
        way("Calle Ortega y Gasset", (0, 0), (0.001, 0)),
        way("AT&T Road", (1, 0), (1, 0.1)),
    ]
    source = geojson(tmp_path / "x.geojson", features)
    with open_pack(import_file(source, tmp_path / "x.streets", attribution=CREDIT).path) as pack:
        assert pack.search("ortega y gasset")[0].name == "Calle Ortega y Gasset"
        assert pack.search("AT&T")[0].name == "AT&T Road"


def test_at_most_as_many_as_were_asked_for(chicago: Pack) -> None:
    assert len(chicago.search("w", limit=7)) == 7
    assert len(chicago.search("street", limit=1000)) <= 1000
    assert chicago.search("no such street anywhere") == []


@settings(deadline=None)
@given(st.text(max_size=40))
def test_anything_may_be_typed(grid: Pack, text: str) -> None:
    found = grid.search(text, limit=5, near=(0.003, 0.003))
    assert len(found) <= 5
    assert all(-1 <= one.lat <= 1 for one in found)


@pytest.mark.parametrize("text", ["", "   ", '"', "*", "a OR b", "NEAR(a b)", "-a", "text:a", "'"])
def test_the_words_of_the_index_have_no_meaning_here(text: str, grid: Pack) -> None:
    assert isinstance(grid.search(text), list)
