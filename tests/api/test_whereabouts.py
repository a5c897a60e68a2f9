"""Which place goes with a call for help, how old it may be, and that only the call tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import clock
from meshdefense.api import whereabouts
from meshdefense.api.client import ApiError, NodeClient
from meshdefense.api.whereabouts import FIX_FRESH_S, KEPT_S, Whereabouts, best
from meshdefense.node.node import Node
from meshdefense.radio.fix import Fix
from meshdefense.storage.errors import StoreUnavailableError
from support.guarded import guarded
from support.network import NOW
from support.nodes import PASSPHRASE, Nodes, rows

LAT, LON = 34.05105, -118.24907
NONE = {"source": "none", "precision_m": None, "age_s": None}


def spot(source: str, at: float) -> Whereabouts:
    return Whereabouts(source, LAT, LON, 10, at)


spots = st.lists(
    st.builds(spot, st.sampled_from(["radio", "shared"]), st.floats(NOW - 10_000, NOW + 500))
)


@given(spots)
def test_a_fresh_fix_comes_first_then_the_newest_and_nothing_that_is_too_old(
    known: list[Whereabouts],
) -> None:
    found = best(known, NOW)
    usable = [one for one in known if NOW - KEPT_S <= one.at <= NOW + 60]
    fresh = [one for one in usable if one.source == "radio" and one.at >= NOW - FIX_FRESH_S]
    if not usable:
        assert found is None
        return
    assert found in (fresh or usable)
    assert all(found is not None and found.at >= one.at for one in fresh or usable)


Play = Callable[[Node, NodeClient], Awaitable[None]]


def at_pias(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, play: Play) -> None:
    """At the time of the nodes' own clock."""
    monkeypatch.setattr(clock, "now", lambda: NOW)

    async def run() -> None:
        path = tmp_path / "s"
        async with guarded(Nodes(tmp_path), path) as (node, _):
            client = await NodeClient.connect(path, client="test")
            try:
                await play(node, client)
            finally:
                await client.close()

    asyncio.run(run())


def sees(monkeypatch: pytest.MonkeyPatch, fix: Fix) -> None:
    """The radio has a fix."""
    monkeypatch.setattr(whereabouts, "fix_of", lambda _: fix)


async def called(node: Node, client: NodeClient, **params: Any) -> tuple[Any, dict[str, Any]]:
    """What the daemon answers, and the row of the call."""
    answer = await client.call("sos", here=True, **params)
    found = await rows(node, "sos")
    return answer, found[answer["id"]]


def test_the_radios_own_fix_goes_out_with_its_precision_and_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        await client.call("checkin", lat=34.0, lon=-118.0)
        sees(monkeypatch, Fix(LAT, LON, 30, NOW - 12))
        told = {"source": "radio", "precision_m": 50, "age_s": 12.0}
        assert await client.call("here") == told
        answer, row = await called(node, client)
        assert answer["here"] == told
        assert row["place"]["precision_m"] == 50
        assert row["place"]["lat"] == pytest.approx(LAT, abs=25 / 111_320)
        assert row["place"]["lon"] == pytest.approx(LON, abs=25 / 92_000)

    at_pias(tmp_path, monkeypatch, play)


def test_without_a_fresh_fix_it_is_the_place_of_the_last_check_in_as_coarse_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        assert await client.call("here") == NONE
        sees(monkeypatch, Fix(34.0, -118.0, 10, NOW - FIX_FRESH_S - 1))
        await client.call("checkin", lat=LAT, lon=LON)
        told = await client.call("here")
        assert (told["source"], told["precision_m"]) == ("shared", 100)
        assert 0 <= told["age_s"] < 10
        _, row = await called(node, client)
        assert row["place"]["precision_m"] == 100
        assert row["place"]["lat"] == pytest.approx(LAT, abs=50 / 111_320)

    at_pias(tmp_path, monkeypatch, play)


@pytest.mark.parametrize(
    ("params", "metres"),
    [({"precision_m": 500}, 500), ({"precision_m": 1}, 50), ({"scope": "everyone"}, 100)],
)
def test_a_call_may_say_it_coarser_and_is_told_what_was_signed(
    params: dict[str, Any], metres: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        sees(monkeypatch, Fix(LAT, LON, 30, NOW))
        answer, row = await called(node, client, **params)
        assert row["place"]["precision_m"] == answer["here"]["precision_m"] == metres

    at_pias(tmp_path, monkeypatch, play)


def test_a_place_that_the_call_names_stays_and_without_asking_none_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        sees(monkeypatch, Fix(LAT, LON, 30, NOW))
        answer, row = await called(node, client, lat=34.2, lon=-118.2)
        assert "here" not in answer
        assert row["place"]["lat"] == pytest.approx(34.2, abs=1e-4)
        plain = await client.call("sos")
        assert (await rows(node, "sos"))[plain["id"]]["place"] is None
        for wrong in ({"here": "yes"}, {"here": 1}):
            with pytest.raises(ApiError) as caught:
                await client.call("sos", **wrong)
            assert caught.value.code == "bad_request"

    at_pias(tmp_path, monkeypatch, play)


def test_while_locked_the_call_has_its_place_and_nobody_else_learns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        sees(monkeypatch, Fix(LAT, LON, 10, NOW - 5))
        await client.call("lock")
        told = [await client.call("here"), await client.call("sos", here=True, kind="help"),
                await client.call("status"), await client.call("changes", since=0)]  # fmt: skip
        assert told[0]["source"] == "radio"
        said = repr(told)
        assert not [part for part in ("34.0", "118.2", "lat=", "'fix'") if part in said]
        await client.call("unlock", passphrase=PASSPHRASE.decode())
        row = (await rows(node, "sos"))[told[1]["id"]]
        assert row["place"]["precision_m"] == 10

    at_pias(tmp_path, monkeypatch, play)


def test_no_row_tells_the_fix_and_its_repr_hides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix = Fix(LAT, LON, 10, NOW)
    assert "34" not in repr(fix)

    async def play(node: Node, client: NodeClient) -> None:
        sees(monkeypatch, fix)
        assert str(LAT) not in repr(await client.call("changes", since=0))

    at_pias(tmp_path, monkeypatch, play)


def test_a_store_that_cannot_be_read_costs_the_place_and_not_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(node: Node, client: NodeClient) -> None:
        real, failed = node.store.row, list[str]()

        def failing_once(table: str, ident: str) -> Any:
            if not failed:
                failed.append(table)
                raise StoreUnavailableError
            return real(table, ident)

        with monkeypatch.context() as patched:
            patched.setattr(node.store, "row", failing_once)
            answer = await client.call("sos", here=True)
        assert failed == ["patrols"]
        assert answer["here"] == NONE
        assert answer["id"] in await rows(node, "sos")

    at_pias(tmp_path, monkeypatch, play)
