"""The pack that comes with the program is the one that its script makes, small, and credited."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from meshdefense.streets.pack import open_pack
from meshdefense.streets.shipped import DEMO_ORIGIN, demo_pack
from meshdefense.streets.words import corner_words
from support.maps import CREDIT, MAPS


def test_it_is_small_credited_and_has_the_origin_of_the_demo_at_a_corner() -> None:
    assert demo_pack().stat().st_size <= 400 * 1024
    with open_pack(demo_pack()) as pack:
        assert pack.meta.attribution == CREDIT
        assert pack.meta.bounds.has(*DEMO_ORIGIN)
        corner = pack.corner(*DEMO_ORIGIN)
        assert corner is not None
        assert corner_words(corner, "en", 20) == "N Damen Ave / W Grand Ave"
        streets = pack.streets(*DEMO_ORIGIN)
        # as far as the demo's people walk and drive
        assert float(streets.lines.max()) > 4_000
        assert float(streets.lines.min()) < -4_000
    notice = demo_pack().with_name("README.md").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in notice
    assert "ODbL" in notice


def test_the_script_makes_the_same_map_again(tmp_path: Path) -> None:
    pytest.importorskip("pmtiles")
    make = runpy.run_path(str(MAPS / "make_demo_pack.py"))["make"]
    made = make(tmp_path / "again.streets")
    with open_pack(made.path) as again, open_pack(demo_pack()) as shipped:
        assert again.meta.bounds == shipped.meta.bounds
        one, other = again.streets(*DEMO_ORIGIN), shipped.streets(*DEMO_ORIGIN)
        assert np.array_equal(one.lines, other.lines)
        assert np.array_equal(one.names, other.names)
        assert one.texts == other.texts
        assert len(one.areas) == len(other.areas)
        assert one.points == other.points
