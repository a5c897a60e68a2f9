"""Prove again that a radio is what its manifest says; what drifted is noted in the fleet.

Nothing is written into a radio here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError
from meshdefense.provisioning.finding import Finding, Standing, examine
from meshdefense.provisioning.fleet_errors import FleetMissingError
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.remote import read_remote
from meshdefense.radio.addresses import Address
from meshdefense_radio.radio_state import RadioState

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["note_drift", "prove_remote"]


def note_drift(finding: Finding, fleet: Fleet) -> None:
    """Keep in the fleet what differs from the manifest, or that nothing does any more."""
    if finding.radio is None or finding.manifest is None:
        return
    if finding.standing is Standing.RIGHT:
        fleet.note_drift(finding.radio, ())
    elif finding.standing is Standing.DRIFTED and finding.differing:
        fleet.note_drift(finding.radio, tuple(change.path for change in finding.differing))


def prove_remote(
    through: Address,
    radio: str,
    fleet: Fleet,
    *,
    patience: Patience | None = None,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> Finding:
    """Read a radio of the fleet over the mesh, through another one that is plugged in.

    Raises FleetError; a radio that does not answer is SILENT.
    """
    node = fleet.binding(radio).node_number
    if node is None:
        raise FleetMissingError(tr("{radio} has no hardware yet", radio=radio))
    address = f"{radio} (!{node:08x})"
    try:
        with Device(through, patience=patience) as device:
            state = read_remote(device, node, fleet.desired_for(radio), tell=tell)
    except DeviceError as error:
        return Finding(address, Standing.SILENT, str(error), radio=radio)
    return examine(_with_key(state, fleet, radio), fleet, address)


def _with_key(state: RadioState, fleet: Fleet, radio: str) -> RadioState:
    """The radio answered under its key, so that is the one that its manifest names."""
    from dataclasses import replace

    manifest = fleet.manifest(radio)
    if state.public_key or manifest is None:
        return state
    return replace(state, public_key=manifest.public_key)
