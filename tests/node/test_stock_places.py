"""The corner that people mean, also where other words stand around its two streets."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

import meshdefense.streets
from meshdefense.node.stock_places import Located, StockPlaces

SHIPPED = Path(meshdefense.streets.__file__).parent / "data" / "chicago.streets"
CHICAGO = (41.85, -87.65)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("chicago")
    (found / "maps").mkdir()
    shutil.copy(SHIPPED, found / "maps")
    return found


def corner(folder: Path, words: str) -> Located | None:
    places = StockPlaces(folder, CHICAGO)
    try:
        return asyncio.run(places.corner(words))
    finally:
        places.close()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("26/Kedzie", "W 26th St / S Kedzie Ave"),
        ("la 26/Kedzie", "W 26th St / S Kedzie Ave"),
        ("26th/Kedzie rn", "W 26th St / S Kedzie Ave"),
        ("siguen la 26/kedzie ave vengan ya", "W 26th St / S Kedzie Ave"),
        ("la Cermak/Michigan", "E Cermak Rd / S Michigan Ave"),
        ("Walmart de Cermak/Kostner", "W Cermak Rd / S Kostner Ave"),
    ],
)
def test_a_corner_is_found_without_the_words_around_it(folder: Path, words: str, name: str) -> None:
    found = corner(folder, words)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "words", ["juan/maria", "juan perez/maria lopez", "siguen/Kedzie", "26", "/",
              "Kedzie", "26/"]
)  # fmt: skip
def test_what_is_left_of_other_words_is_not_taken_for_a_corner(folder: Path, words: str) -> None:
    assert corner(folder, words) is None


def test_without_a_map_there_is_no_corner(tmp_path: Path) -> None:
    assert corner(tmp_path, "26/Kedzie") is None
