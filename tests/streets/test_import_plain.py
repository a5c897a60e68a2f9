"""GeoJSON and NumPy archives."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.pack import open_pack
from meshdefense.streets.streets import PointKind, RoadClass
from support.maps import CREDIT, SALT_LAKE, geojson, small_grid, way

MANY = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def feature(kind: str, coordinates: Any, **tags: str) -> dict[str, Any]:
    shape = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": tags, "geometry": shape}


def test_each_kind_of_feature_arrives(tmp_path: Path, folder: Path) -> None:
    square = [[0.0, 0.0], [0.001, 0.0], [0.001, 0.001], [0.0, 0.001], [0.0, 0.0]]
    hole = [[x / 4 + 0.0003, y / 4 + 0.0003] for x, y in square[::-1]]
    source = geojson(
        tmp_path / "all.geojson",
        [
            *small_grid(2),
            feature("MultiLineString", [[[0, 0], [0.001, 0.0]], [[0, 0], [0, 0.001]]],
                    highway="primary", ref="N 5", oneway="yes"),
            feature("Polygon", [square, hole], leisure="park", name="Parque"),
            feature("MultiPolygon", [[square], [square]], amenity="hospital", name="General"),
            feature("Point", [0.0005, 0.0005, 12.0], amenity="pharmacy", name="Farmacia Ñandú"),
            feature("Point", [0.0005, 0.0011], **{"addr:street": "1th Street",
                                                  "addr:housenumber": "8b"}),
            {"type": "Feature", "properties": None, "geometry": None},
        ],
        attribution=CREDIT,
        name="Small town",
    )  # fmt: skip
    with open_pack(import_file(source, folder / "x.streets").path) as pack:
        assert pack.meta.title == "Small town"
        streets = pack.streets(0, 0)
        assert int((streets.classes == RoadClass.PRIMARY).sum()) == 2
        park = next(area for area in streets.areas if area.name == "Parque")
        assert [len(ring) for ring in park.rings] == [5, 5]
        assert len([area for area in streets.areas if area.name == "General"]) == 2
        assert {point.kind for point in streets.points} == {
            PointKind.PHARMACY, PointKind.HOSPITAL,
        }  # fmt: skip
        assert [one.kind for one in pack.search("nandu")] == ["pharmacy"]
        assert [one.kind for one in pack.search("parque")] == ["park"]
        assert pack.search("1st street 8")[0].kind == "numbers"


coordinate = st.tuples(st.floats(-179, 179), st.floats(-85, 85))


@MANY
@given(lines=st.lists(st.lists(coordinate, min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_is_drawn_is_as_long_as_what_was_imported(
    lines: list[list[tuple[float, float]]], tmp_path: Path
) -> None:
    """Cut into pieces, in chunks, sorted: but the same streets."""
    short = [[(x / 100, y / 100) for x, y in line] for line in lines]
    source = geojson(tmp_path / "x.geojson", [way("A", *line) for line in short])
    wanted = 0.0
    for line in short:
        whole = np.rint(np.array(line) * 1e6)
        wanted += float(np.hypot(*np.diff(whole, axis=0).T).sum())
    try:
        made = import_file(source, tmp_path / "x.streets", attribution=CREDIT)
    except ImportFailedError as error:
        # every line shorter than what a pack can tell apart
        assert (error.problem, wanted) == ("empty", 0.0)  # noqa: PT017  # both ways are right
        return
    with open_pack(made.path) as pack:
        lines_m = pack.streets(0, 0).lines.astype(np.float64)
    length = float(np.hypot(*(lines_m[:, 2:] - lines_m[:, :2]).T).sum())
    assert length == pytest.approx(wanted * 0.111319490793, rel=0.001, abs=0.5)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"type": "FeatureCollection"', "damaged"),
        ("{" * 5000, "damaged"),
        ('{"type": "Topology"}', "foreign"),
        ('{"features": [5]}', "damaged"),
        ('{"features": [{"geometry": {"type": "LineString"}, "properties": {"highway": "path"}}]}',
         "damaged"),
        ('{"features": [{"geometry": {"type": "LineString", "coordinates": [["a", 1], [2, 3]]},'
         ' "properties": {"highway": "path"}}]}', "damaged"),
        ('{"features": [{"geometry": {"type": "LineString", "coordinates": [[NaN, 1], [2, 3]]},'
         ' "properties": {"highway": "path"}}]}', "degrees"),
        ('{"features": [{"geometry": {"type": "LineString", "coordinates": [[4e5, 5e6], [4e5, 6e6]'
         ']}, "properties": {"highway": "path"}}]}', "degrees"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [1e300, 1]},'
         ' "properties": {"amenity": "school"}}]}', "degrees"),
        ('{"features": []}', "empty"),
        ('<?xml version="1.0"?><osm/>', "xml"),
        ("once upon a time", "foreign"),
        ("", "foreign"),
    ],
)  # fmt: skip
def test_other_text_is_told_apart(text: str, problem: str, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "x.geojson").write_text(text)
    with pytest.raises(ImportFailedError) as failed:
        import_file(tmp_path / "x.geojson", folder / "x.streets", attribution=CREDIT)
    assert failed.value.problem == problem
    assert [*folder.iterdir()] == []


def test_a_map_needs_somebody_to_credit(tmp_path: Path, folder: Path) -> None:
    source = geojson(tmp_path / "x.geojson", small_grid())
    with pytest.raises(ImportFailedError, match="--attribution") as failed:
        import_file(source, folder / "x.streets")
    assert failed.value.problem == "attribution"
    made = import_file(source, folder / "x.streets", attribution=f"\x1b[31m{CREDIT}\n")
    with open_pack(made.path) as pack:
        assert pack.meta.attribution == f"[31m{CREDIT}"
        assert pack.streets(0, 0).attribution == f"[31m{CREDIT}"


def test_names_from_a_file_cannot_move_the_cursor(tmp_path: Path, folder: Path) -> None:
    hostile = way("Main\x1b[2J\u202e St" + "\u0301" * 50 + "x" * 500, (0, 0), (0.001, 0))
    source = geojson(tmp_path / "x.geojson", [hostile])
    with open_pack(import_file(source, folder / "x.streets", attribution=CREDIT).path) as pack:
        (name,) = pack.streets(0, 0).texts
    assert name.isprintable()
    assert len(name) <= 80


def test_the_sample_of_segments_arrives_whole(folder: Path) -> None:
    made = import_file(SALT_LAKE, folder / "x.streets", attribution=CREDIT)
    with np.load(SALT_LAKE) as arrays, open_pack(made.path) as pack:
        ends = np.rint(arrays["segments"] / 10)
        kinds = [str(name) for name in arrays["highway_names"]]
        motorways = np.isin(
            arrays["highway"], [kinds.index("motorway"), kinds.index("motorway_link")]
        )
        streets = pack.streets(40.7, -111.9)
        wanted = (ends[motorways, 2:] != ends[motorways, :2]).any(axis=1)
        length = np.abs(ends[motorways, 2:] - ends[motorways, :2]).max(axis=1)
        pieces = np.ceil(length[wanted] / 10_000).sum()
        assert int((streets.classes == RoadClass.MOTORWAY).sum()) == pieces
        assert made.segments == len(streets.lines) >= 50_900
        assert (np.diff(streets.classes.astype(int)) >= 0).all()
        assert (streets.names == -1).all()


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"other": np.zeros(3)}, "foreign"),
        ({"segments": np.zeros((2, 3), int)}, "damaged"),
        ({"segments": np.zeros((2, 4))}, "damaged"),
        ({"highway": np.array([0, 7])}, "damaged"),
        ({"highway": np.array([0])}, "damaged"),
        ({"highway_names": np.array([object()])}, "damaged"),
        ({}, "empty"),
    ],
)
def test_other_arrays_are_told_apart(
    arrays: dict[str, Any], problem: str, tmp_path: Path, folder: Path
) -> None:
    right = {
        "segments": np.zeros((2, 4), np.int32), "highway": np.zeros(2, np.uint8),
        "highway_names": np.array(["residential"]),
    }  # fmt: skip
    content = io.BytesIO()
    np.savez(content, **(arrays if "other" in arrays else right | arrays))
    (tmp_path / "x.npz").write_bytes(content.getvalue())
    with pytest.raises(ImportFailedError) as failed:
        import_file(tmp_path / "x.npz", folder / "x.streets", attribution=CREDIT)
    assert failed.value.problem == problem


def test_an_archive_that_inflates_without_end_is_refused(tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("segments.npy", b"\0" * 1000)
        archive.filelist[0].file_size = 1 << 40
    with pytest.raises(ImportFailedError) as failed:
        import_file(tmp_path / "x.npz", folder / "x.streets", attribution=CREDIT)
    assert failed.value.problem in {"large", "damaged"}
