"""PMTiles and MBTiles: the same town from both, named by its labels."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.importing.tiles import Tile, span
from meshdefense.streets.pack import Pack, open_pack
from meshdefense.streets.streets import Bounds, RoadClass
from support.maps import CHICAGO, CREDIT, mbtiles, problem_of

reader = pytest.importorskip("pmtiles.reader")
LOOP = Bounds(41.87, -87.65, 41.89, -87.62)


def tiles() -> list[tuple[int, int, int, bytes]]:
    with CHICAGO.open("rb") as file:
        return [(*zxy, data) for zxy, data in reader.all_tiles(reader.MmapSource(file))]


def test_the_town_is_whole_and_its_streets_have_names(chicago: Pack) -> None:
    streets = chicago.streets(41.87, -87.69)
    named = streets.names >= 0
    length = np.hypot(*(streets.lines[:, 2:] - streets.lines[:, :2]).T)
    # counted once with mapbox-vector-tile 2.2.0: 44,075 with what lies in the tiles' margins
    assert 42_000 < len(streets.lines) < 44_075
    for kind in (RoadClass.RESIDENTIAL, RoadClass.TERTIARY, RoadClass.SECONDARY):
        of = streets.classes == kind
        assert length[of & named].sum() > 0.8 * length[of].sum()
    assert len({streets.texts[at] for at in set(streets.names[named].tolist())}) > 900
    assert not named[streets.classes == RoadClass.RAIL].any()
    assert {area.kind.name for area in streets.areas} == {"WATER", "PARK", "BUILDING", "PUBLIC"}
    assert {"Humboldt Park", "Pilsen"} <= {point.name for point in streets.points}
    assert chicago.meta.attribution == CREDIT


def test_parts_join_at_the_edges_of_tiles_and_nothing_lies_twice(chicago: Pack) -> None:
    """Western Avenue runs straight through the whole town, over five rows of tiles."""
    streets = chicago.streets(41.87, -87.69)
    avenue = {streets.texts.index("N Western Ave"), streets.texts.index("S Western Ave")}
    own = np.isin(streets.names, [*avenue])
    north = streets.lines[own][:, 1::2]
    length = np.hypot(*(streets.lines[own][:, 2:] - streets.lines[own][:, :2]).T)
    covered = np.zeros(4000, bool)
    for low, high in np.sort(north, axis=1).tolist():
        covered[int(low / 10) + 2000 : int(high / 10) + 2001] = True
    extent = covered.nonzero()[0]
    assert covered[extent[0] : extent[-1]].mean() > 0.9
    # at most its two carriageways
    assert length.sum() < 2.2 * (north.max() - north.min())


def test_mbtiles_make_the_same_map_as_pmtiles(tmp_path: Path, folder: Path, chicago: Pack) -> None:
    source = mbtiles(
        tmp_path / "chicago.mbtiles", tiles(), format="pbf", name="Chicago",
        attribution='<a href="https://example.org">&copy; OpenStreetMap contributors</a>',
    )  # fmt: skip
    with open_pack(import_file(source, folder / "x.streets").path) as pack:
        assert pack.meta.attribution == "(c) OpenStreetMap contributors"
        assert pack.meta.segments == chicago.meta.segments
        assert pack.meta.bounds == chicago.meta.bounds
        assert pack.search("Madison & Western")[0] == chicago.search("Madison & Western")[0]


def test_bounds_read_only_the_tiles_that_they_meet(folder: Path) -> None:
    seen: list[int] = []
    made = import_file(
        CHICAGO, folder / "loop.streets", bounds=LOOP, progress=lambda share, n: seen.append(n)
    )
    with open_pack(made.path) as pack:
        box = pack.meta.bounds
        assert LOOP.south - 0.005 < box.south < box.north < LOOP.north + 0.005
        assert pack.search("Madison & State")
    assert max(seen) < 12_000
    with pytest.raises(ImportFailedError, match="no streets"):
        import_file(CHICAGO, folder / "x.streets", bounds=Bounds(10, 10, 11, 11))


def test_pictures_and_strange_compression_are_told(tmp_path: Path, folder: Path) -> None:
    content = bytearray(CHICAGO.read_bytes())
    for at, value, problem in ((99, 2, "raster"), (98, 4, "compressed"), (97, 3, "compressed")):
        changed = bytes(content[:at]) + bytes([value]) + bytes(content[at + 1 :])
        (tmp_path / "x.pmtiles").write_bytes(changed)
        with pytest.raises(ImportFailedError) as failed:
            import_file(tmp_path / "x.pmtiles", folder / "x.streets")
        assert failed.value.problem == problem
    source = mbtiles(tmp_path / "png.mbtiles", [], format="png")
    with pytest.raises(ImportFailedError, match="pictures"):
        import_file(source, folder / "x.streets")


def test_a_city_is_cut_out_of_an_archive_of_the_planet(tmp_path: Path, folder: Path) -> None:
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    own = {zxy_to_tileid(zoom, x, y): data for zoom, x, y, data in tiles()}
    with (tmp_path / "planet.pmtiles").open("wb") as file:
        writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # the library's own lack
        for number in sorted(own):
            writer.write_tile(number, own[number])
        writer.finalize(
            {
                "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
                "min_lon_e7": -1_800_000_000, "max_lon_e7": 1_800_000_000,
                "min_lat_e7": -850_000_000, "max_lat_e7": 850_000_000,
            },
            {"attribution": CREDIT},
        )  # fmt: skip
    with pytest.raises(ImportFailedError, match=r"too large.*--bounds"):
        import_file(tmp_path / "planet.pmtiles", folder / "x.streets")
    made = import_file(tmp_path / "planet.pmtiles", folder / "x.streets", bounds=LOOP)
    assert made.segments > 1_000


def test_a_directory_that_inflates_without_end_is_refused(tmp_path: Path, folder: Path) -> None:
    content = bytearray(CHICAGO.read_bytes())
    bomb = gzip.compress(bytes(64 << 20))
    content[8:16] = len(content).to_bytes(8, "little")
    content[16:24] = len(bomb).to_bytes(8, "little")
    (tmp_path / "bomb.pmtiles").write_bytes(bytes(content) + bomb)
    with pytest.raises(ImportFailedError, match="does not end"):
        import_file(tmp_path / "bomb.pmtiles", folder / "x.streets")


@pytest.mark.parametrize("size", [10, 130, 300, 5000, 400_000, 585_000])
def test_an_archive_that_was_cut_short_says_so(size: int, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "cut.pmtiles").write_bytes(CHICAGO.read_bytes()[:size])
    with pytest.raises(ImportFailedError) as failed:
        import_file(tmp_path / "cut.pmtiles", folder / "x.streets")
    assert failed.value.problem == "damaged"
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("at", [8, 20, 50, 100, 140, 200, 260, 340, 1000, 200_000, 500_000])
def test_a_damaged_archive_is_an_error_or_a_map_but_never_a_crash(
    at: int, tmp_path: Path, folder: Path
) -> None:
    content = bytearray(CHICAGO.read_bytes())
    for offset in range(8):
        content[at + offset] ^= 0xA5
    (tmp_path / "bad.pmtiles").write_bytes(content)
    problem = problem_of(tmp_path / "bad.pmtiles", folder, bounds=LOOP)
    assert problem in {"", "damaged", "foreign", "empty", "outside", "large", "compressed"}


def test_mbtiles_that_are_another_database_are_foreign(tmp_path: Path, folder: Path) -> None:
    source = mbtiles(tmp_path / "x.mbtiles", [], format="pbf")
    with pytest.raises(ImportFailedError) as failed:
        import_file(source, folder / "x.streets")
    assert failed.value.problem == "empty"
    import sqlite3

    other = sqlite3.connect(tmp_path / "other.mbtiles")
    other.execute("CREATE TABLE something (x)")
    other.close()
    with pytest.raises(ImportFailedError) as failed:
        import_file(tmp_path / "other.mbtiles", folder / "x.streets")
    assert failed.value.problem == "foreign"


@pytest.mark.parametrize(
    "data",
    [b"no tile", gzip.compress(b"no tile", mtime=0)[:-6], b"\x1f\x8bxx"],
    ids=["text", "cut", "no gzip"],
)
def test_a_tile_that_is_none_is_named(data: bytes, tmp_path: Path, folder: Path) -> None:
    source = mbtiles(tmp_path / "x.mbtiles", [(13, 2100, 3000, data)], format="pbf")
    with pytest.raises(ImportFailedError, match="13/2100/3000"):
        import_file(source, folder / "x.streets")


def test_without_the_library_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pmtiles.tile", None)
    with pytest.raises(ImportFailedError, match="needs the library pmtiles"):
        import_file(CHICAGO, folder / "x.streets")


def test_a_tile_lies_where_the_mercator_grid_has_it() -> None:
    corners = Tile(1, 1, 0).degrees(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert corners[0] == pytest.approx([0, 85.05113], abs=1e-4)
    assert corners[1] == pytest.approx([180, 0])
    left, right, top, bottom = span(LOOP, 13)
    (west, north), (_, south) = Tile(13, left, top).degrees(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert west <= LOOP.west
    assert south < LOOP.north <= north
    (_, north), (east, south) = Tile(13, right, bottom).degrees(np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert east > LOOP.east
    assert south < LOOP.south <= north
    assert span(Bounds(-20, 179, -16, -179), 2) == (3, 0, 2, 2)
