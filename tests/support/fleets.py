"""A fleet on a disk, as cheap to open as argon2id lets it, and radios proven without any."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.manifests import Manifest
from meshdefense.storage.keyslots import INTERACTIVE

__all__ = ["NETWORK", "PASSPHRASE", "START", "Ticking", "made_fleet", "node_of", "opened", "prove"]

PASSPHRASE = b"correct horse battery"
START = 1_770_000_000
NETWORK = """\
# edited by people: this remark stays
network: South Side
region: US
preset: LONG_FAST
hop_limit: 3
language: en
channels:
  - name: South
    key: sealed
    jobs: [patrol, verifier, base, relay]
  - name: Neighbours   # stock radios
    key: sealed
    jobs: [base, relay, neighbour]
radios:
  - {name: Base 1, short: B1, job: base}
  - {name: Patrol 1, short: P1, job: patrol}
  - {name: Patrol 2, short: P2, job: patrol}
  - {name: Roof 1, short: R1, job: relay}
  - {name: House 1, short: H1, job: neighbour}
"""


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self, start: float = START) -> None:
        self.at = start

    def __call__(self) -> float:
        self.at += 60
        return self.at


def made_fleet(
    folder: Path, network: str = NETWORK, *, now: Callable[[], float] | None = None
) -> Fleet:
    """A new fleet, open for changes."""
    return Fleet.create(folder, network, PASSPHRASE, kdf=INTERACTIVE, now=now or Ticking())


def opened(folder: Path, **options: Any) -> Fleet:
    """The same fleet once more."""
    return Fleet.open(folder, PASSPHRASE, **{"now": Ticking(START + 10_000), **options})


def node_of(name: str) -> int:
    """A node number for a radio of this name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def prove(fleet: Fleet, name: str, *, node: int | None = None, at: int | None = None) -> Manifest:
    """Bind a radio and keep the manifest that proves it to be as it shall be."""
    node, key = node_of(name) if node is None else node, hashlib.sha256(name.encode()).digest()
    radio = fleet.radio(name)
    fleet.bind(name, node, key)
    held = {one.name for one in fleet.network.channels_of(radio.job)}
    manifest = Manifest(
        radio=name,
        job=radio.job.value,
        node_number=node,
        public_key=key,
        firmware="2.7.26",
        hardware="RAK4631",
        config_digest=fleet.desired_for(name).digest,
        channel_fingerprints={
            channel: one for channel, one in fleet.fingerprints().items() if channel in held
        },
        member=fleet.binding(name).member,
        proven_at=fleet.now() if at is None else at,
        by="heron",
    )
    fleet.save_manifest(manifest)
    return manifest
