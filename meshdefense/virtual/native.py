"""One node of the firmware's native simulator: a mesh of one radio, whose air is its clients."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense.virtual.native_device import NativeDevice
from meshdefense.virtual.native_packets import is_transmission

__all__ = ["native_node"]

DOWN_S = 0.5  # the real one starts its own program again


def native_node(
    number: int,
    port: int,
    *,
    folder: Path | None,
    erase: bool,
    told: Callable[[str], None],
    speed: float = 1.0,
) -> VirtualMesh:
    """Return the node `number`, to be entered; `broken` is set when it has been told to end.

    `folder` keeps its state, which `erase` throws away when the port is its own; without one
    it is lost at the end. `told` takes sentences about what goes wrong. `speed` is how much
    faster than real time its timers run. Raises StateError.
    """
    traits = Traits(
        from_the_box=True,
        restart_after_changes=True,
        down_s=DOWN_S,
        first_number=number,
        has_gps=False,
        device=NativeDevice,
        ends_when_off=True,
        state=folder,
        erased=erase,
        told=told,
    )
    # Not the same chance at each start: others remember the packets of the last time.
    mesh = VirtualMesh(1, seed=secrets.randbits(64), speed=speed, base_port=port, traits=traits)
    device = mesh.devices[0]
    kept = [packet for packet in device.phone.unclaimed if not is_transmission(packet)]
    device.phone.clear()
    device.phone.restore(kept)  # what it transmitted last time nobody hears any more
    return mesh
