"""Virtual radios on a table: quick restarts, short waits, and what somebody else would read."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from meshdefense.provisioning.applying import Applying
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError
from meshdefense.provisioning.goal import Goal
from meshdefense.provisioning.outcome import Options, Outcome
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.progress import Progress
from meshdefense.radio.addresses import Address, parse_address
from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense_radio.radio_state import RadioState
from support.virtual_radio import MeshThread

QUICK = Patience(open_s=4.0, answer_s=1.0, text_s=0.2, gone_s=3.0, back_s=8.0, retry_s=0.05)
OPTIONS = Options(patience=QUICK, lost_s=0.0)
SPEED = 20.0  # of the radios' own timers: a restart in 1 s begins after 50 ms


@contextlib.contextmanager
def table(nodes: int = 1, **traits: Any) -> Iterator[MeshThread]:
    """Radios that restart after changes, as hardware does."""
    kind = Traits(**{"restart_after_changes": True, "down_s": 0.1, **traits})
    with MeshThread(nodes=nodes, speed=SPEED, traits=kind) as mesh:
        yield mesh


def address(mesh: MeshThread, node: int = 0) -> Address:
    """Where a radio is."""
    return parse_address(mesh.mesh.addresses[node])


def apply(
    goal: Any,
    where: Address,
    *,
    tell: Callable[[Progress], None] = lambda _: None,
    options: Options = OPTIONS,
    stop: threading.Event | None = None,
    planned: int | None = None,
) -> Outcome:
    """Work on one radio until it ends."""
    wanted: Goal = goal
    return Applying(wanted, where, tell=tell, options=options, stop=stop, planned=planned).run()


def read_by_others(where: Address, tries: int = 200) -> RadioState:
    """What another computer reads, as soon as the radio answers."""
    for _ in range(tries):
        try:
            with Device(where, patience=QUICK) as device:
                return device.read()
        except DeviceError:
            threading.Event().wait(0.05)
    raise AssertionError(f"{where} does not come back")


def cut_power(mesh: VirtualMesh, node: int = 0) -> None:
    """Off and on again: what was not in flash is gone."""
    mesh.power(node, False)
    mesh.power(node, True)
