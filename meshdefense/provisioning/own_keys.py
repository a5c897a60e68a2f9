"""Whether a radio's own key pair may stay: strong, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.provisioning.manifests import Manifest
from meshdefense_radio.checks import fleet_problems

__all__ = ["key_trouble"]


def key_trouble(public_key: bytes, radio: str, manifests: Mapping[str, Manifest]) -> str | None:
    """Why a radio needs another key pair; None when its own is good, or not made yet.

    `manifests` are those of the fleet, by the radios' names.
    """
    if not public_key:
        return None
    for name, manifest in manifests.items():
        if name != radio and manifest.public_key == public_key:
            return tr("its own key is that of {radio} as well", radio=name)
    weak = fleet_problems({radio: public_key})
    return "; ".join(one.text(language.current()) for one in weak) or None
