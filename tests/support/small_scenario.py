"""A scenario small enough for every test run: five nodes, strong links, ten minutes."""

from __future__ import annotations

import itertools
import json
from typing import Any

from meshdefense.air.scenario import Scenario, parse_scenario

__all__ = ["document", "small"]

LOSS_DB = 110.0  # 30 dB above the limit of LONG_FAST
CHAIN = ("base", "p1", "p2", "p3", "p4")


def document(**changes: Any) -> dict[str, Any]:
    """Five nodes in a row, of which each hears its neighbours; p4 is off when a1 is issued."""
    return {
        "schema": 1,
        "name": "small",
        "title": "Five in a row",
        "seed": 3,
        "duration_s": 600,
        "radio": {"preset": "LONG_FAST", "hop_limit": 3, "duty_cycle_percent": 10},
        "channel": {"model": "log-distance", "fading_sigma_db": 1.0},
        "nodes": [{"id": name, "x": 900 * at, "y": 0} for at, name in enumerate(CHAIN)],
        "links_only": True,
        "links": [{"a": a, "b": b, "loss_db": LOSS_DB} for a, b in itertools.pairwise(CHAIN)],
        "mobility": [
            {
                "node": "p2",
                "waypoints": [{"t": 60, "x": 1800, "y": 0}, {"t": 300, "x": 2300, "y": 0}],
            }
        ],
        "power": [{"node": "p4", "off_s": 20, "on_s": 200}],
        "traffic": [
            {"kind": "alert", "id": "a0", "t": 5, "node": "p3", "bytes": 130},
            {"kind": "alert", "id": "a1", "t": 30, "node": "base", "bytes": 130},
            {"kind": "alert", "id": "a2", "t": 260, "node": "p4", "bytes": 110},
            {"kind": "position", "node": "p1", "start_s": 12, "period_s": 120, "bytes": 36},
            {"kind": "telemetry", "node": "p2", "start_s": 50, "period_s": 150, "bytes": 60},
        ],
        **changes,
    }


def small(**changes: Any) -> Scenario:
    """The same, read."""
    return parse_scenario(json.dumps(document(**changes)))
