"""network.yaml on the disk: read, and keys that a person wrote into it taken out again.

Only the characters of such a key are replaced; every other byte of the file stays.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.provisioning.fleet_errors import (
    FleetDamagedError,
    FleetMissingError,
    FleetRefusedError,
)
from meshdefense.provisioning.fleet_folder import NETWORK
from meshdefense.provisioning.sealed import read_bytes, write_bytes

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.keys import KeyRing
    from meshdefense_radio.network import HandKey, Network

__all__ = ["key_hint", "network_of", "network_text", "no_such_radio", "settle_keys", "without_keys"]

_SEALED = "sealed"


def network_text(folder: Path) -> str:
    """The text of a fleet's network file, line ends and all. Raises FleetError."""
    content = read_bytes(folder / NETWORK)
    if content is None:
        raise FleetMissingError(
            tr("{name} is missing from the fleet in {folder}", name=NETWORK, folder=folder),
            tr("put the fleet back from its backup: meshdefense radio restore FILE"),
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise FleetDamagedError(
            tr("{path} is not a text file", path=folder / NETWORK),
            tr("save it as UTF-8 in your editor, or put the fleet back from its backup: "
               "meshdefense radio restore FILE"),
        ) from None  # fmt: skip


def network_of(text: str) -> Network:
    """What the text says. Raises FleetRefusedError with everything that is wrong with it."""
    from meshdefense_radio.errors import ConfigError
    from meshdefense_radio.network_file import parse_network

    try:
        return parse_network(text, NETWORK)
    except ConfigError as error:
        raise FleetRefusedError(error.text(language.current())) from error


def no_such_radio(name: str, network: Network) -> str:
    """That there is no radio of this name, with those that may be meant, or with all."""
    folded = {radio.name.lower(): radio.name for radio in network.radios}
    wanted = name.lower()[:80]
    near = [wanted] if wanted in folded else difflib.get_close_matches(wanted, folded)
    if near:
        names = ", ".join(folded[one] for one in near)
        return tr("{name} is no radio of this network; did you mean {near}?", name=name, near=names)
    names = ", ".join(folded.values())
    return tr("{name} is no radio of this network; they are {names}", name=name, names=names)


def key_hint(network: Network, ring: KeyRing) -> str:
    """How channels get the keys that they lack; empty where none does."""
    if all(one.name in ring.channels for one in network.channels):
        return ""
    return tr("a key is drawn at the next command that changes the fleet, for example: "
              "meshdefense radio fleet keys")  # fmt: skip


def without_keys(text: str, hands: tuple[HandKey, ...]) -> str:
    """The text with `sealed` in place of each key."""
    for hand in sorted(hands, key=lambda one: -one.start):
        text = text[: hand.start] + _SEALED + text[hand.end :]
    return text


def _seal_in_text(folder: Path, hands: tuple[HandKey, ...]) -> Network:
    """Take the keys out of the file, once they are sealed; what it says then.

    The bytes that had the keys are overwritten, which flash memory may not honour.
    """
    path = folder / NETWORK
    text = without_keys(network_text(folder), hands)
    network = network_of(text)
    path = path.resolve()
    with contextlib.ExitStack() as stack:
        before = None
        with contextlib.suppress(OSError):
            before = stack.enter_context(path.open("r+b", buffering=0))
        write_bytes(path, text.encode())
        if before is not None:
            with contextlib.suppress(OSError):
                before.write(secrets.token_bytes(os.fstat(before.fileno()).st_size))
                os.fsync(before.fileno())
    return network


def settle_keys(fleet: Fleet, taking: frozenset[str]) -> None:
    """Seal keys that stand in the file, and draw those that are lacking; `notices` tells.

    Of the channels in `taking` a key in the file replaces the sealed one. Raises FleetError.
    """
    hands, ring, now = fleet.network.hand_keys, fleet.ring, fleet.now()
    for hand in hands:
        known = ring.channels.get(hand.channel)
        if known is not None and known.key != hand.key and hand.channel not in taking:
            raise FleetRefusedError(
                tr("line {line} of network.yaml gives channel {channel} another key than the "
                   "sealed one", line=hand.line, channel=hand.channel),
                tr("write `sealed` there to keep the sealed one, or take the new one: "
                   "meshdefense radio fleet keys --take {channel}",
                   channel=shlex.quote(hand.channel)),
            )  # fmt: skip
        ring = ring.given(hand.channel, hand.key, now)
    lacking = [one.name for one in fleet.network.channels if one.name not in ring.channels]
    fleet.save(ring=ring.drawn(lacking, secrets.token_bytes, now))
    if lacking:
        names = ", ".join(lacking)
        fleet.notices.append(tr("New keys were drawn for these channels: {names}", names=names))
    if hands:
        fleet.network = _seal_in_text(fleet.folder, hands)
        names = ", ".join(hand.channel for hand in hands)
        fleet.notices.append(
            tr("The keys that stood in network.yaml are sealed now, and the word sealed stands "
               "there in their place: {names}. Delete other copies of that file: an editor's "
               "backup, a mail, a stick.", names=names)
        )  # fmt: skip
