"""A goal for one radio without fleet and network file: a few settings, compared field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshdefense.provisioning.manifests import Manifest
from meshdefense_radio.desired import Desired
from meshdefense_radio.jobs import Job
from meshdefense_radio.plan import Change, Plan, differences
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark

CHANNEL_KEY = bytes(range(100, 132))


def small_desired(name: str = "P1", **lora: Any) -> Desired:
    """A patrol's radio: one private channel, five hops, no neighbour info."""
    channel = {"name": "patrol", "psk": CHANNEL_KEY, "uplink_enabled": False}
    unused = {"name": "", "psk": b"", "uplink_enabled": False}
    return Desired(
        radio=name,
        job=Job.PATROL,
        owner={"long_name": name, "short_name": name[:4]},
        config={
            "lora": {"hop_limit": 5, "region": "US", **lora},
            "device": {"role": "CLIENT", "node_info_broadcast_secs": 7200},
            "bluetooth": {"enabled": False},
        },
        modules={"telemetry": {"device_update_interval": 3600}, "mqtt": {"enabled": False}},
        channels=(
            {"index": 0, "role": "PRIMARY", "settings": channel},
            *({"index": i, "role": "DISABLED", "settings": unused} for i in range(1, 8)),
        ),
        canned_messages="yes|no",
        reasons={},
    )


class SmallGoal:
    """Does for `Applying` what a fleet does; keeps the journal in lists."""

    def __init__(self, desired: Desired) -> None:
        self.desired, self.name = desired, desired.radio
        self.unnamed = replace(desired, owner={**desired.owner, "long_name": mark(self.name)})
        self.begun: list[int] = []
        self.steps: list[str] = []
        self.signed: list[RadioState] = []
        self.lost_nodes: tuple[int, ...] = ()
        self.shared_keys: set[bytes] = set()

    @property
    def unfinished(self) -> bool:
        return len(self.begun) > len(self.signed)

    def unnamed_for(self, state: RadioState) -> Desired:
        return self.unnamed

    def plan(self, state: RadioState) -> Plan:
        return Plan(self.name, self.differences(state, named=True), ())

    def differences(self, state: RadioState, *, named: bool) -> tuple[Change, ...]:
        wanted = self.desired if named else self.unnamed
        return differences(state, wanted)

    def key_trouble(self, state: RadioState) -> str | None:
        return "its own key is that of P9 as well" if state.public_key in self.shared_keys else None

    def refuse_lost(self, state: RadioState) -> None:
        pass

    def follow(self, state: RadioState) -> None:
        self.refuse_lost(state)

    def begin(self, state: RadioState) -> None:
        self.begun.append(state.node_number)

    def step(self, text: str) -> None:
        self.steps.append(text)

    def sign(self, state: RadioState) -> Manifest | None:
        if self.key_trouble(state) is not None:
            return None
        self.signed.append(state)
        return Manifest(
            self.name, "patrol", state.node_number, state.public_key, state.firmware,
            state.hardware, "00" * 32, {}, None, 1_800_000_000, "",
        )  # fmt: skip
