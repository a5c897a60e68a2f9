"""OSM PBF: everything that is a street arrives, and bad files are told apart."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import Imported, import_file
from meshdefense.streets.importing.tags import road_class
from meshdefense.streets.pack import Pack, open_pack
from meshdefense.streets.streets import Bounds
from support.maps import CREDIT, HELSINKI, problem_of

osmium = pytest.importorskip("osmium")


def written(path: Path, *, ways: int) -> Path:
    """A PBF file with streets that meet at one node, or with a lone node."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(4):
            location = (10.0 + number / 1000, 50.0 + number % 2 / 1000)
            writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=location))
        for number in range(ways):
            tags = {"highway": "residential", "name": f"Street {number}", "oneway": "yes"}
            nodes = [1, number + 2]
            writer.add_way(osmium.osm.mutable.Way(id=number + 1, nodes=nodes, tags=tags))
    return path


def test_every_segment_of_every_street_arrives_and_every_name(
    helsinki_made: Imported, helsinki: Pack
) -> None:
    # counted by another way through the same library: object by object, node by node
    segments, names = 0, set()
    for way in osmium.FileProcessor(str(HELSINKI)).with_locations():
        if not way.is_way() or way.tags.get("area") == "yes" or road_class(way.tags) is None:
            continue
        known = [(n.location.x, n.location.y) if n.location.valid() else None for n in way.nodes]
        whole = [(a, b) for a, b in itertools.pairwise(known) if a and b]
        micro = [[tuple(round(v / 10) for v in end) for end in pair] for pair in whole]
        segments += sum(a != b for a, b in micro)
        if whole and (name := way.tags.get("name") or way.tags.get("ref")):
            names.add(name)
    streets = helsinki.streets(60.17, 24.94)
    assert helsinki_made.segments == len(streets.lines) == segments
    assert {streets.texts[at] for at in set(streets.names.tolist()) if at >= 0} == names


def test_credit_kinds_and_places_are_kept(helsinki: Pack) -> None:
    assert helsinki.meta.attribution == CREDIT
    assert helsinki.meta.source == "helsinki-centre.osm.pbf (OSM PBF)"
    assert helsinki.meta.title == "helsinki-centre"
    streets = helsinki.streets(60.17, 24.94)
    assert {area.kind.name for area in streets.areas} >= {"BUILDING", "PARK"}
    assert {point.kind.name for point in streets.points} >= {"PHARMACY", "SCHOOL", "STATION"}


def test_bounds_cut_a_part_out(folder: Path, helsinki: Pack) -> None:
    bounds = Bounds(60.168, 24.940, 60.172, 24.946)
    made = import_file(HELSINKI, folder / "part.streets", bounds=bounds)
    assert 0 < made.segments < helsinki.meta.segments
    with open_pack(made.path) as part:
        box = part.meta.bounds
        assert box.south > bounds.south - 0.006
        assert box.north < bounds.north + 0.006
        assert part.search("Kaivokatu / Mikonkatu")


@pytest.mark.parametrize("share", [0.0002, 0.001, 0.05, 0.5, 0.9, 0.99999])
def test_a_file_that_was_cut_short_says_so(share: float, tmp_path: Path, folder: Path) -> None:
    content = HELSINKI.read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(content[: max(16, int(len(content) * share))])
    with pytest.raises(ImportFailedError, match=r"damaged|only in part") as failed:
        import_file(cut, folder / "x.streets")
    assert failed.value.problem == "damaged"
    assert "dañado" in failed.value.spanish
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("seed", range(6))
def test_damage_inside_is_an_error_or_a_map_but_never_half_a_map(
    seed: int, tmp_path: Path, folder: Path
) -> None:
    content = bytearray(HELSINKI.read_bytes())
    at = 200 + (len(content) - 400) * seed // 6
    for offset in range(64):
        content[at + offset] ^= 0x5A
    (tmp_path / "bad.osm.pbf").write_bytes(content)
    problem = problem_of(tmp_path / "bad.osm.pbf", folder)
    assert problem in {"", "damaged"}, f"seed {seed}"


def test_a_file_too_large_to_be_kept_in_memory_is_read_twice_and_gives_the_same_pack(
    helsinki_made: Imported, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshdefense.streets.importing.pbf._KEPT_MAX", 0)
    made = import_file(HELSINKI, folder / "again.streets", attribution=CREDIT)
    assert made.path.read_bytes() == helsinki_made.path.read_bytes()


def test_more_segments_than_a_pack_may_have_are_refused_before_places_are_looked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshdefense.streets.importing.draft._SEGMENTS_MAX", 1_000)
    with pytest.raises(ImportFailedError, match="1,000 segments") as failed:
        import_file(HELSINKI, folder / "x.streets")
    assert failed.value.problem == "large"
    assert [*folder.iterdir()] == []


def test_a_street_whose_nodes_are_in_part_unknown_keeps_its_known_parts(
    tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "gaps.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number in (1, 2, 4, 5, 6):
            location = (10.0 + number / 1000, 50.0)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=location))
        tags = {"highway": "residential", "name": "Gap"}
        nodes = [1, 2, 3, 4, 5, 6, 99]
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=nodes, tags=tags))
        square = {"highway": "pedestrian", "area": "yes"}
        writer.add_way(osmium.osm.mutable.Way(id=2, nodes=[1, 2, 4, 1], tags=square))
    assert import_file(path, folder / "x.streets").segments == 3


def test_a_file_without_streets_says_so(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ImportFailedError, match="has no streets") as failed:
        import_file(written(tmp_path / "empty.osm.pbf", ways=0), folder / "x.streets")
    assert failed.value.problem == "empty"
    source = written(tmp_path / "streets.osm.pbf", ways=3)
    with pytest.raises(ImportFailedError, match=r"inside these bounds.*50\.0") as failed:
        import_file(source, folder / "x.streets", bounds=Bounds(0, 0, 1, 1))
    assert failed.value.problem == "outside"
    assert [*folder.iterdir()] == []


def test_streets_that_share_a_node_have_a_corner_there(tmp_path: Path, folder: Path) -> None:
    source = written(tmp_path / "streets.osm.pbf", ways=3)
    with open_pack(import_file(source, folder / "x.streets").path) as pack:
        found = pack.search("street 1 / street 2")
        assert [(one.name, one.kind) for one in found][:1] == [("Street 1 / Street 2", "crossing")]
        assert (found[0].lat, found[0].lon) == pytest.approx((50.0, 10.0), abs=1e-6)


def test_without_the_library_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(ImportFailedError, match=r"pip install 'meshdefense\[maps\]'") as failed:
        import_file(HELSINKI, folder / "x.streets")
    assert failed.value.problem == "library"
