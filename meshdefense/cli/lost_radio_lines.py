"""What `meshdefense lost MEMBER` says of the radio side; `meshdefense radio lost NAME` does it.

Only the network file of a fleet is read: which radio a member holds is sealed, and nobody who
has just lost somebody should be asked for a second passphrase before the first thing is done.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from meshdefense.catalogue import tr
from meshdefense.cli.attach import folder_of
from meshdefense.safe_text import clean

__all__ = ["radio_channels", "radio_lines"]


def radio_channels(args: argparse.Namespace) -> list[str]:
    """Channels of the fleet in the data folder, by name; none where there is no fleet to read."""
    from meshdefense.provisioning.fleet_errors import FleetError
    from meshdefense.provisioning.network_text import network_of, network_text

    try:
        network = network_of(network_text(folder_of(args).root / "fleet"))
    except FleetError:
        return []
    return [channel.name for channel in network.channels]


def radio_lines(channels: Sequence[str]) -> Iterator[str]:
    """That the radios' own channels need new keys too, and how."""
    if channels:
        yield tr(
            "Radio channels of this network: {channels}. Their keys are in the radios, not in\n"
            "  the computers: new ones are made with",
            channels=", ".join(map(clean, channels)),
        )
    else:
        yield tr("If their radio was prepared as one of a fleet, its channels get new keys with")
    yield tr(
        "  meshdefense radio lost NAME    (which radio they hold: meshdefense radio fleet show)"
    )
