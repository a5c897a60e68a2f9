"""The manifests of a fleet on the disk: sealed, each checked against the fleet's signature."""

from __future__ import annotations

import shlex

from nacl.signing import SigningKey

from meshdefense.catalogue import tr
from meshdefense.provisioning.fleet_errors import FleetDamagedError, FleetNewerError
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
    words = tr("{name} is damaged", name=manifest_name(radio))
    try:
        content = sealed.read(manifest_name(radio))
        return () if content is None else read_history(content, key.verify_key)
    except FleetNewerError:
        raise
    except (FleetDamagedError, ManifestError) as error:
        hint = tr("apply {name}, which proves it anew, or: meshdefense radio fleet forget {radio}",
                  name=radio, radio=shlex.quote(radio))  # fmt: skip
        raise FleetDamagedError(
            str(error) if isinstance(error, FleetDamagedError) else words, hint
        ) from error


def keep_manifest(sealed: SealedFolder, manifest: Manifest, key: SigningKey) -> SignedManifest:
    """Sign it and write it behind those of the same radio, or in place of damaged ones.

    Raises FleetError.
    """
    try:
        before = history_of(sealed, manifest.radio, key)
    except FleetNewerError:
        raise
    except FleetDamagedError:  # nobody can read them any more
        before = ()
    signed = sign(manifest, key)
    sealed.write(manifest_name(manifest.radio), write_history((*before, signed)))
    return signed
