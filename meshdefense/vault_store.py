"""A member's secrets in the store: which name each has, and the vault that they make.

    identity            seed of the signing key
    static/C            static secret of class C
    seed/E/X            seed of epoch E, X the first bytes of its hash: rivals stand side by side
    tree/G              the 17 tree keys of generation G, from the leaf to the root
    master/G            organizers only

Source: docs/storage.md, "Secrets".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from meshdefense.storage.repository import Store
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.subtree import DEPTH, path
from meshdefense_protocol.vault import Master, Vault, kept_epochs

__all__ = ["held_vault", "outdated_seeds", "secrets_of", "seed_name", "vault_secrets"]

_NODE_KEY: Final = 32


def seed_name(epoch: int, seed: bytes) -> str:
    """The name of a seed's secret."""
    return f"seed/{epoch}/{hashlib.blake2b(seed, digest_size=4).hexdigest()}"


def vault_secrets(vault: Vault, number: int) -> dict[str, bytes]:
    """A vault as named secrets."""
    found = {f"static/{int(key_class)}": value for key_class, value in vault.statics.items()}
    found |= {seed_name(epoch, seed): seed for epoch, seed in vault.seeds}
    if vault.path:
        found[f"tree/{vault.generation}"] = b"".join(vault.path[node] for node in path(number))
    if vault.master is not None:
        found[f"master/{vault.master.generation}"] = vault.master.secret
    return found


def held_vault(secrets: Mapping[str, bytes], number: int) -> Vault:
    """The vault of a member from their named secrets; of trees and masters the newest."""
    statics, seeds = {}, []
    trees: dict[int, bytes] = {}
    masters: dict[int, bytes] = {}
    for name, value in secrets.items():
        kind, _, rest = name.partition("/")
        if kind == "static":
            statics[KeyClass(int(rest))] = value
        elif kind == "seed":
            seeds.append((int(rest.partition("/")[0]), value))
        elif kind == "tree" and len(value) == _NODE_KEY * (DEPTH + 1):
            trees[int(rest)] = value
        elif kind == "master":
            masters[int(rest)] = value
    generation = max(trees, default=0)
    keys = trees.get(generation, b"")
    nodes = {node: keys[place * _NODE_KEY :][:_NODE_KEY] for place, node in enumerate(path(number))}
    master = max(masters, default=None)
    return Vault(
        statics,
        tuple(sorted(seeds)),
        generation,
        nodes if keys else {},
        None if master is None else Master(master, masters[master]),
    )


def outdated_seeds(secrets: Mapping[str, bytes], newest: int) -> list[str]:
    """Names of seeds that are too old to bring anybody up to date: they have to go.

    `newest` is the epoch of a seed that is about to be stored.
    """
    epochs = {name: int(name.split("/")[1]) for name in secrets if name.startswith("seed/")}
    kept = kept_epochs([*epochs.values(), newest])
    return [name for name, epoch in epochs.items() if epoch not in kept]


def secrets_of(store: Store) -> dict[str, bytes]:
    """All of a store's secrets but the signing key."""
    return {name: value for name, value in store.secrets().items() if name != "identity"}
