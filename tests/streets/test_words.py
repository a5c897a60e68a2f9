"""Corners in English and Spanish, never more exact than the place is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.finding import Found
from meshdefense.streets.streets import AreaKind, PointKind
from meshdefense.streets.words import Corner, corner_words, kind_words

AT = Corner("Kaivokatu", "Mikonkatu", 12.0, 350.0, True, 60.17, 24.94)


@pytest.mark.parametrize(
    ("corner", "precision", "english", "spanish"),
    [
        (AT, 10, "Kaivokatu / Mikonkatu", "Kaivokatu / Mikonkatu"),
        (replace(AT, distance_m=60.0), 10, "Kaivokatu near Mikonkatu",
         "Kaivokatu cerca de Mikonkatu"),
        (replace(AT, distance_m=62.0, on_street=False), 20,
         "60 m north of Kaivokatu / Mikonkatu", "a 60 m al norte de Kaivokatu / Mikonkatu"),
        (replace(AT, other=None), 10, "Kaivokatu", "Kaivokatu"),
        (replace(AT, other=None, distance_m=88.0, on_street=False, bearing=225.0), 1,
         "90 m southwest of Kaivokatu", "a 90 m al suroeste de Kaivokatu"),
        (replace(AT, distance_m=60.0), 100, "near Kaivokatu / Mikonkatu",
         "cerca de Kaivokatu / Mikonkatu"),
        (AT, 500, "around Kaivokatu / Mikonkatu", "alrededor de Kaivokatu / Mikonkatu"),
        (replace(AT, other=None), 250, "around Kaivokatu", "alrededor de Kaivokatu"),
    ],
)  # fmt: skip
def test_a_corner_is_worded(corner: Corner, precision: int, english: str, spanish: str) -> None:
    assert corner_words(corner, "en", precision) == english
    assert corner_words(corner, "es", precision) == spanish


@given(
    st.floats(0, 300), st.floats(0, 360), st.booleans(), st.sampled_from([None, "B"]),
    st.floats(250, 10_000), st.sampled_from(["en", "es"]),
)  # fmt: skip
def test_a_coarse_place_is_an_area_without_distance_or_direction(
    away: float, bearing: float, on: bool, other: str | None, precision: float, language: str
) -> None:
    said = corner_words(Corner("A", other, away, bearing, on, 0, 0), language, precision)
    assert said.startswith(("around ", "alrededor de "))
    assert not re.search(r"\d", said)


@given(st.floats(0, 360))
def test_every_bearing_has_a_direction(bearing: float) -> None:
    corner = Corner("A", None, 100.0, bearing, False, 0, 0)
    assert re.fullmatch(r"100 m \w+ of A", corner_words(corner, "en", 1))


def test_everything_that_can_be_found_has_a_word_in_both_languages() -> None:
    kinds = ["street", "crossing", "numbers"]
    kinds += [kind.name.lower() for kind in (*PointKind, *AreaKind)]
    assert all(kind_words(kind, language) for kind in kinds for language in ("en", "es"))
    assert Found("x", kinds[0], 0, 0).kind == "street"
