import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.radio.base import FrameFate, RadioError, RadioRefusedError, ReceivedFrame
from meshdefense.radio.loopback import Faults, LoopbackDriver, LoopbackHub
from meshdefense_protocol.transport import Fate, OutgoingFrame


async def opened(hub: LoopbackHub, *nodes: int) -> list[LoopbackDriver]:
    drivers = [hub.opener(node)() for node in nodes]
    for driver in drivers:
        await driver.open()
    return drivers


async def heard(driver: LoopbackDriver) -> list[bytes]:
    """Closes the driver and reads what came."""
    await driver.close()
    return [event.payload async for event in driver.events() if isinstance(event, ReceivedFrame)]


async def fates(driver: LoopbackDriver) -> dict[int, list[Fate]]:
    await driver.close()
    told: dict[int, list[Fate]] = {}
    async for event in driver.events():
        if isinstance(event, FrameFate):
            told.setdefault(event.token, []).append(event.fate)
    return told


async def settle() -> None:
    await asyncio.sleep(0.02)


def test_everybody_but_the_sender_hears_and_the_sender_learns_that() -> None:
    async def main() -> None:
        one, two, three = await opened(LoopbackHub(1), 1, 2, 3)
        await one.send(OutgoingFrame(5, b"x"))
        await one.send(OutgoingFrame(6, b"y", want_ack=False))
        await settle()
        assert await heard(two) == await heard(three) == [b"x", b"y"]
        assert await fates(one) == {
            5: [Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD],
            6: [Fate.ACCEPTED, Fate.ON_AIR],
        }

    asyncio.run(main())


def test_alone_it_is_unheard() -> None:
    async def main() -> None:
        (one,) = await opened(LoopbackHub(1), 1)
        await one.send(OutgoingFrame(5, b"x"))
        await settle()
        assert await fates(one) == {5: [Fate.ACCEPTED, Fate.ON_AIR, Fate.UNHEARD]}

    asyncio.run(main())


def test_groups_hear_only_their_own_until_the_split_heals() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        one, two, three = await opened(hub, 1, 2, 3)
        hub.split({1, 2}, {3})
        await one.send(OutgoingFrame(1, b"in"))
        hub.split()
        await one.send(OutgoingFrame(2, b"all"))
        await settle()
        assert await heard(two) == [b"in", b"all"]
        assert await heard(three) == [b"all"]

    asyncio.run(main())


async def trace(seed: int, faults: Faults) -> list[bytes]:
    hub = LoopbackHub(seed, faults)
    one, two = await opened(hub, 1, 2)
    for token in range(40):
        await one.send(OutgoingFrame(token, bytes([token] * 4)))
    await settle()
    return await heard(two)


def test_each_fault_happens_and_the_seed_repeats_it() -> None:
    async def main() -> None:
        plain = [bytes([token] * 4) for token in range(40)]
        lost = await trace(3, Faults(loss=0.5))
        assert 0 < len(lost) < 40
        assert await trace(3, Faults(loss=0.5)) == lost
        assert await trace(4, Faults(loss=0.5)) != lost
        assert len(await trace(3, Faults(duplicate=0.5))) > 40
        corrupted = await trace(3, Faults(corrupt=0.5))
        assert len(corrupted) == 40
        assert 0 < sum(a != b for a, b in zip(corrupted, plain, strict=True)) < 40
        shuffled = await trace(3, Faults(reorder=0.5, reorder_by=0.005))
        assert shuffled != plain
        assert sorted(shuffled) == plain

    asyncio.run(main())


def test_the_hub_names_its_seed() -> None:
    assert "seed=42" in repr(LoopbackHub(42))


def test_a_refused_frame_reaches_nobody() -> None:
    async def main() -> None:
        one, two = await opened(LoopbackHub(1, Faults(refuse=1.0)), 1, 2)
        await one.send(OutgoingFrame(1, b"x"))
        await settle()
        assert await heard(two) == []
        assert await fates(one) == {1: [Fate.REFUSED]}

    asyncio.run(main())


def test_a_cut_loses_what_was_open() -> None:
    async def main() -> None:
        hub = LoopbackHub(1, Faults(delay=(5.0, 5.0)))
        one, two = await opened(hub, 1, 2)
        await one.send(OutgoingFrame(1, b"x"))
        hub.cut(1)
        assert await fates(one) == {1: [Fate.ACCEPTED, Fate.LOST]}
        with pytest.raises(RadioError):
            await one.send(OutgoingFrame(2, b"y"))
        await opened(hub, 1)
        await two.close()

    asyncio.run(main())


def test_unplugged_refused_and_taken_radios_cannot_be_opened() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        hub.unplug(1)
        with pytest.raises(RadioError, match="no loopback radio"):
            await opened(hub, 1)
        hub.plug(1)
        hub.refuse(1, "too old")
        with pytest.raises(RadioRefusedError, match="too old"):
            await opened(hub, 1)
        hub.plug(1)
        await opened(hub, 1)
        with pytest.raises(RadioError, match="another program"):
            await opened(hub, 1)

    asyncio.run(main())


shares = st.floats(0, 1)
any_faults = st.builds(
    Faults, loss=shares, duplicate=shares, corrupt=shares, refuse=shares, cut=st.floats(0, 0.1)
)


@settings(deadline=None, max_examples=30)
@given(st.integers(), any_faults)
def test_whatever_the_faults_every_frame_taken_gets_one_last_word(
    seed: int, faults: Faults
) -> None:
    async def main() -> None:
        (one, _) = await opened(LoopbackHub(seed, faults), 1, 2)
        taken = []
        for token in range(10):
            try:
                await one.send(OutgoingFrame(token, b"x"))
            except RadioError:
                break
            taken.append(token)
        await settle()
        told = await fates(one)
        assert set(told) == set(taken)
        last = {Fate.REFUSED, Fate.HEARD, Fate.UNHEARD, Fate.LOST}
        for history in told.values():
            assert history[-1] in last
            assert not last.intersection(history[:-1])

    asyncio.run(main())
