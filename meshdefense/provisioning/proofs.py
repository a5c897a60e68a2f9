"""The manifests of a fleet on the disk: sealed, each checked against the fleet's signature."""

from __future__ import annotations

from nacl.signing import SigningKey

from meshdefense.catalogue import tr
from meshdefense.provisioning.fleet_errors import FleetDamagedError
from meshdefense.provisioning.fleet_folder import manifest_name
from meshdefense.provisioning.manifests import (
    Manifest,
    ManifestError,
    SignedManifest,
    read_history,
    sign,
    write_history,
)
from meshdefense.provisioning.sealed import SealedFolder

__all__ = ["history_of", "keep_manifest"]


def history_of(sealed: SealedFolder, radio: str, key: SigningKey) -> tuple[SignedManifest, ...]:
    """The manifests under a radio's name, oldest first. Raises FleetError."""
    content = sealed.read(manifest_name(radio))
    if content is None:
        return ()
    try:
        return read_history(content, key.verify_key)
    except ManifestError as error:
        raise FleetDamagedError(
            tr("{name} is damaged", name=manifest_name(radio)),
            tr("put the fleet back from its backup: meshdefense radio restore FILE"),
        ) from error


def keep_manifest(sealed: SealedFolder, manifest: Manifest, key: SigningKey) -> SignedManifest:
    """Sign it and write it behind those of the same radio. Raises FleetError."""
    signed = sign(manifest, key)
    history = (*history_of(sealed, manifest.radio, key), signed)
    sealed.write(manifest_name(manifest.radio), write_history(history))
    return signed
