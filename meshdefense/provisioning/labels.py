"""The label of a radio that was just proven, written where the printer takes it from."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from meshdefense.provisioning.cards.facts import CardFacts, check_code
from meshdefense.provisioning.cards.label import label
from meshdefense.provisioning.drawing.svg import svg
from meshdefense.provisioning.manifests import Manifest
from meshdefense.whole_file import write_whole
from meshdefense_radio.jobs import Job
from meshdefense_radio.network import Network

__all__ = ["write_label"]


def write_label(manifest: Manifest, network: Network, folder: Path) -> Path:
    """Write NAME.svg into the folder, which is made; an older one is replaced. Raises OSError."""
    radio = network.radio(manifest.radio)
    facts = CardFacts(
        network=network.name,
        radio=manifest.radio,
        short="" if radio is None else radio.short,
        job=Job(manifest.job),
        proven_at=manifest.proven_at,
        code=check_code(manifest.config_digest),
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{quote(manifest.radio, safe=' ')}.svg"
    write_whole(path, svg(label(facts)).encode(), replace=True)
    return path
