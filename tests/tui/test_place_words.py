from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.streets.importing.importer import import_file
from meshdefense_tui.clock import Clock
from meshdefense_tui.look import UNICODE, Look
from meshdefense_tui.place_words import place_words
from meshdefense_tui.street_source import StreetSource
from support.screen_rows import NOW, ORIGIN, place

CREDIT = "© OpenStreetMap contributors"
HOME = cast("PlaceRow", ORIGIN)


def look(language: str = "en") -> Look:
    return Look(language, UNICODE, Clock(lambda: NOW))


def there(east: float, north: float, precision_m: int = 10) -> PlaceRow:
    return cast("PlaceRow", place(east, north, precision_m))


def street(name: str, *points: tuple[float, float]) -> dict[str, Any]:
    line = [[place(*point)["lon"], place(*point)["lat"]] for point in points]
    return {
        "type": "Feature",
        "properties": {"highway": "residential", "name": name},
        "geometry": {"type": "LineString", "coordinates": line},
    }


def make_pack(folder: Path, name: str, *, east: float = 0.0, at: float = 1e9) -> Path:
    """A cross of two streets in a pack of its own, `east` metres from the origin."""
    folder.mkdir(exist_ok=True)
    features = [
        street("Kaivokatu", (east - 900, 0), (east, 0), (east + 900, 0)),
        street("Mikonkatu", (east, -900), (east, 0), (east, 900)),
    ]
    source = folder.parent / f"{name}.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    target = folder / f"{name}.streets"
    import_file(source, target, title=name, attribution=CREDIT)
    os.utime(target, (at, at))
    return target


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    make_pack(tmp_path / "maps", "town")
    return tmp_path / "maps"


@pytest.mark.parametrize(
    ("east", "north", "precision_m", "language", "words"),
    [
        (8, 4, 10, "en", "Kaivokatu / Mikonkatu, at the origin"),
        (800, 0, 10, "en", "Kaivokatu, 800 m E"),
        (60, 10, 50, "en", "near Kaivokatu / Mikonkatu, 50 m E"),
        (150, 100, 250, "en", "around Kaivokatu / Mikonkatu, at the origin"),
        (150, 100, 250, "es", "alrededor de Kaivokatu / Mikonkatu, en el origen"),
        (90_000, 0, 10, "en", "90 km E"),
    ],
)
def test_a_place_is_told_by_its_corner_before_distance_and_bearing(
    maps: Path, east: float, north: float, precision_m: int, language: str, words: str
) -> None:
    source = StreetSource(maps)
    said = place_words(there(east, north, precision_m), HOME, look(language), source)
    assert said.endswith(words.rpartition(", ")[2])
    corner = words.rpartition(", ")[0]
    assert said.startswith(corner)
    assert bool(corner) == ("katu" in said)


def test_without_a_pack_a_place_is_distance_and_bearing(tmp_path: Path) -> None:
    assert place_words(there(900, 900), HOME, look()) == "1.3 km NE"
    none = StreetSource(tmp_path / "nothing")
    assert place_words(there(900, 900), HOME, look(), none) == "1.3 km NE"
    assert none.index(HOME) is None
    assert none.trouble("en") == ""


def test_a_corner_is_looked_up_once_for_each_place(
    maps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meshdefense.streets.pack import Pack

    asked: list[float] = []
    real = Pack.corner

    def counted(pack: Pack, lat: float, lon: float, within_m: float = 150) -> Any:
        asked.append(lat)
        return real(pack, lat, lon, within_m)

    monkeypatch.setattr(Pack, "corner", counted)
    source = StreetSource(maps)
    for _ in range(5):
        for number in range(4):
            source.corner(there(number * 40, 5), HOME, "en")
    assert len(asked) == 4
    source.forget()
    source.corner(there(0, 5), HOME, "en")
    assert len(asked) == 5


def test_the_newest_pack_that_has_the_origin_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    make_pack(folder, "old", at=1e9)
    make_pack(folder, "new", at=1.1e9)
    make_pack(folder, "elsewhere", east=90_000, at=1.2e9)
    source = StreetSource(folder)
    index = source.index(HOME)
    assert index is not None
    assert source.title == "new"
    assert source.credit == CREDIT
    assert source.index(HOME) is index


def test_a_pack_that_is_put_there_later_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    source = StreetSource(folder)
    assert source.index(HOME) is None
    before = folder.stat().st_mtime_ns
    make_pack(folder, "town")
    os.utime(folder, ns=(before + 10**9, before + 10**9))
    assert source.index(HOME) is not None
    assert source.title == "town"


def test_a_shipped_pack_is_used_when_the_folder_has_none_of_this_place(tmp_path: Path) -> None:
    shipped = make_pack(tmp_path / "shipped", "demo")
    far = make_pack(tmp_path / "maps", "far", east=90_000)
    source = StreetSource(far.parent, shipped=(shipped,))
    assert source.index(HOME) is not None
    assert source.title == "demo"


def test_a_damaged_pack_is_told_once_in_both_languages_and_the_next_one_is_used(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "maps"
    make_pack(folder, "good", at=1e9)
    bad = make_pack(folder, "bad", at=1.1e9)
    content = bytearray(bad.read_bytes())
    content[len(content) // 2] ^= 0xFF
    bad.write_bytes(content)
    os.utime(bad, (1.1e9, 1.1e9))
    source = StreetSource(folder)
    assert source.index(HOME) is not None
    assert source.title == "good"
    assert "bad.streets is damaged" in source.trouble("en")
    assert source.trouble("en") == ""
    other = StreetSource(folder)
    other.index(HOME)
    assert "dañado" in other.trouble("es")


def test_a_search_needs_a_pack_and_finds_streets_and_corners(maps: Path) -> None:
    source = StreetSource(maps)
    names = [one.name for one in source.search("mikon", HOME)]
    assert any("Mikonkatu" in name for name in names)
    assert source.search("mikon", None) == []
    assert StreetSource(None).search("mikon", HOME) == []
