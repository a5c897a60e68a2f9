"""A radio's own key pair: whether it may stay, and the number that a new one makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.holding import proof_of
from meshdefense_radio.checks import fleet_problems
from meshdefense_radio.unfinished import mark

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.radio_state import RadioState

__all__ = ["key_trouble", "renumbered"]


def key_trouble(public_key: bytes, radio: str, fleet: Fleet) -> str | None:
    """Why a radio needs another key pair; None when its own is good, or not made yet."""
    if not public_key:
        return None
    for name in (one.name for one in fleet.network.radios if one.name != radio):
        manifest, readable = proof_of(fleet, name)
        known = manifest.public_key if manifest is not None else b""
        if public_key == (known if readable else fleet.binding(name).public_key):
            return tr("its own key is that of {radio} as well", radio=name)
    weak = fleet_problems({radio: public_key})
    return "; ".join(one.text(language.current()) for one in weak) or None


def renumbered(fleet: Fleet, name: str, state: RadioState) -> bool:
    """Whether a run of this fleet on `name` that did not end gave this radio its new number.

    The run has to have begun with the number that is known. The mark alone tells nothing: every
    copy of the fleet writes the same one.
    """
    entry, known = fleet.journal(name).entry, fleet.binding(name)
    return (
        entry is not None
        and not entry.done
        and entry.node_number == known.node_number
        and state.owner.get("long_name") == mark(name)
        and state.node_number == number_of_key(state.public_key)
    )
