"""Prove again that a radio is what its manifest says; what drifted is noted in the fleet.

Nothing is written into a radio here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError
from meshdefense.provisioning.drift_words import NODE_NUMBER, OWN_KEY, UNFINISHED
from meshdefense.provisioning.finding import Finding, Standing, examine
from meshdefense.provisioning.fleet_errors import FleetMissingError
from meshdefense.provisioning.holding import proof_of
from meshdefense.provisioning.own_keys import key_trouble
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.remote import UNREAD, read_remote
from meshdefense.radio.addresses import Address
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import marked_name

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.manifests import Manifest

__all__ = ["note_drift", "prove_remote"]


def note_drift(
    finding: Finding, state: RadioState, fleet: Fleet, *, unread: Collection[str] = ()
) -> None:
    """Keep in the fleet what differs from the manifest, or that nothing does any more.

    What is noted of paths that were `unread` this time stays. Raises FleetError.
    """
    radio, manifest = finding.radio, finding.manifest
    if radio is None or manifest is None:
        return
    noted = fleet.binding(radio).drift
    if finding.standing is Standing.UNFINISHED:
        if marked_name(str(state.owner.get("long_name"))) is not None:  # the journal says its own
            fleet.note_drift(radio, tuple(dict.fromkeys((UNFINISHED, *noted))))
    elif finding.standing in (Standing.RIGHT, Standing.DRIFTED):
        found = [change.path for change in finding.differing]
        found += [*_troubles(state, manifest, fleet), *(path for path in noted if path in unread)]
        fleet.note_drift(radio, tuple(dict.fromkeys(found)))


def _troubles(state: RadioState, manifest: Manifest, fleet: Fleet) -> list[str]:
    """What is no setting. That the network wants something else now is seen without the radio."""
    trouble = key_trouble(state.public_key, manifest.radio, fleet)
    found = [OWN_KEY] if state.public_key != manifest.public_key or trouble is not None else []
    if state.node_number != manifest.node_number:
        found.append(NODE_NUMBER)
    return found


def prove_remote(
    through: Address,
    radio: str,
    fleet: Fleet,
    *,
    patience: Patience | None = None,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> Finding:
    """Read a radio of the fleet over the mesh, through another one that is plugged in.

    The fleet notes what drifted. Only answers under the key that its manifest names count; a
    radio that does not answer is SILENT. Raises FleetError.
    """
    node, manifest = fleet.binding(radio).node_number, proof_of(fleet, radio)[0]
    if node is None:
        raise FleetMissingError(tr("{radio} has no hardware yet", radio=radio))
    address = f"{radio} (!{node:08x})"
    key = b"" if manifest is None else manifest.public_key
    try:
        with Device(through, patience=patience) as device:
            state = read_remote(device, node, fleet.desired_for(radio), key=key, tell=tell)
    except DeviceError as error:
        return Finding(address, Standing.SILENT, str(error), radio=radio)
    finding = examine(state, fleet, address)
    note_drift(finding, state, fleet, unread=UNREAD)
    return finding
