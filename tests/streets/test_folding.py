"""What people type finds the name that the map has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.folding import fold, sides, undirected


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("5ta", "5th"),
        ("fifth", "5th"),
        ("quinta", "5th"),
        ("5TH ST", "5th Street"),
        ("22nd", "22"),
        ("itainen teatterikuja", "Itäinen Teatterikuja"),
        ("Avenida Juarez", "Av Juárez"),
        ("south state street", "S State St"),
        ("norte", "N"),
        ("ohare", "O'Hare"),
        ("STRASSE", "straße"),
        ("lodz", "Łódź"),
        ("Peñon", "penon"),
        ("séptima", "7th"),
    ],
)
def test_two_spellings_fold_to_the_same(typed: str, name: str) -> None:
    assert fold(typed) == fold(name)


@pytest.mark.parametrize(("one", "other"), [("5th", "53rd"), ("Main St", "Main Ave"), ("a", "b")])
def test_different_streets_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("5th & Main", ("5th", "Main")),
        ("5th/Main", ("5th", "Main")),
        ("5ta y Main", ("5ta", "Main")),
        ("5ta con Main", ("5ta", "Main")),
        ("Main esquina con 5ta", ("Main", "5ta")),
        ("Main AND 5th", ("Main", "5th")),
        ("Main St", None),
        ("& Main", None),
        ("Main /", None),
        ("", None),
        ("Sandy Rd", None),
    ],
)
def test_a_corner_is_told_from_a_street(text: str, two: tuple[str, str] | None) -> None:
    assert sides(text) == two


def test_directions_do_not_make_two_streets() -> None:
    assert undirected(fold("North State St")) == undirected(fold("S State Street"))
    assert undirected("n") == "n"
