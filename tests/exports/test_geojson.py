"""GeoJSON by the rules of RFC 7946; a coarse place is never a point."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.exports.making import made
from meshdefense.exports.wish import Wish
from support.export_rows import NOW, alert, alerts, place, rows


def features(*some: dict[str, Any], **wish: Any) -> list[dict[str, Any]]:
    found = json.loads(made(Wish("geojson", **wish), rows(*some), NOW).content)
    assert found["type"] == "FeatureCollection"
    features: list[dict[str, Any]] = found["features"]
    return features


def doubled_area(ring: list[list[float]]) -> float:
    """Positive where the ring runs counterclockwise."""
    pairs = itertools.pairwise(ring)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)


def check_ring(ring: list[list[float]]) -> None:
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring)
    south_west, north_east = ring[0], ring[2]
    assert doubled_area([[x - south_west[0], y - south_west[1]] for x, y in ring]) > 0
    assert north_east[0] > south_west[0]


@given(st.lists(alerts(), max_size=4), st.booleans())
def test_every_feature_follows_the_standard(some: list[dict[str, Any]], redacted: bool) -> None:
    found = features(*some, redacted=redacted)
    assert len(found) == len(some)
    assert len({feature["id"] for feature in found}) == len({row["id"] for row in some}) or redacted
    for feature in found:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        geometry, size = feature["geometry"], feature["properties"]["cell_m"]
        if geometry is None:
            assert size is None
        elif geometry["type"] == "Point":
            assert size <= 10
            assert not redacted
            assert len(geometry["coordinates"]) == 2
        elif geometry["type"] == "Polygon":
            check_ring(geometry["coordinates"][0])
        else:
            assert geometry["type"] == "MultiPolygon"
            for (ring,) in geometry["coordinates"]:
                check_ring(ring)


def test_an_empty_collection_is_one() -> None:
    assert features() == []


def test_places_that_were_said_coarsely_are_polygons_and_exact_ones_points() -> None:
    kinds = {
        size: features(alert(place=place(precision_m=size)), redacted=False)[0]["geometry"]["type"]
        for size in (1, 10, 20, 1000)
    }
    assert kinds == {1: "Point", 10: "Point", 20: "Polygon", 1000: "Polygon"}


def test_two_alerts_of_the_same_moment_have_ids_of_their_own() -> None:
    found = features(alert("2.0.1"), alert("2.0.2"), alert("2.0.3", kind=8))
    assert [feature["id"] for feature in found] == [
        "fire-20261118T110640Z", "fire-20261118T110640Z-2", "flood-20261118T110640Z",
    ]  # fmt: skip
