"""Decisions and keys that come and go by hand: grants, and files with the whole roster.

A file is looked at as a whole first; only what stands that test is taken in, item by item,
through the engine's own door.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.grants import GrantFile, open_secrets, read_grant
from meshdefense.enrolment.roster_files import (
    ROSTER_TYPE,
    Trial,
    read_roster_file,
    roster_text,
    trial,
)
from meshdefense.enrolment.vaults import merged
from meshdefense.node.desk import Desk, admit_all, decisions, now_of
from meshdefense.node.params import Params
from meshdefense.node.saving import WRAPS
from meshdefense.storage.records import Batch
from meshdefense.vault_store import vault_secrets
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, seal_control
from meshdefense_protocol.rekey_parts import parts
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.vault import Vault

__all__ = ["export_roster", "import_roster", "take_file"]


async def export_roster(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Every decision that is here, as a file for others."""
    Params("roster_export", values).finish()
    raws = [item.raw for item in await decisions(desk)]
    documents = await desk.in_thread(desk.store.documents, WRAPS)
    wraps = [(int(name.removeprefix(WRAPS)), content) for name, content in documents.items()]
    text = roster_text(desk.membership.charter.network_id, raws, wraps)
    return {"file": text, "items": len(raws)}


async def import_roster(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Take the decisions of a file, a grant's as well."""
    params = Params("roster_import", values)
    text = params.required("file", str)
    params.finish()
    return await take_file(desk, text)


async def take_file(desk: Desk, text: str) -> dict[str, Any]:
    """Take a grant or a roster file; says what was new, known and refused.

    Raises DecodeError, EnrolmentError; nothing is changed then.
    """
    if _type_of(text) == ROSTER_TYPE:
        file = read_roster_file(text, desk.membership.charter.network_id)
        return await _take(desk, await _tried(desk, file.items), None, file.wraps)
    grant = read_grant(text)
    me = desk.membership
    if grant.charter.encode() != me.charter.encode():
        raise EnrolmentError("this node belongs to another network; use another data folder")
    found = await _tried(desk, grant.decisions)
    grant.check_issuer(found.roster)
    return await _take(desk, found, _own_secrets(desk, grant))


def _type_of(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value.get("type") if isinstance(value, dict) else None


def _own_secrets(desk: Desk, grant: GrantFile) -> Vault | None:
    me = desk.membership
    if grant.number != me.number:
        return None
    return open_secrets(me.identity, me.number, grant.sealed)


async def _tried(desk: Desk, raws: tuple[bytes, ...]) -> Trial:
    held, now = await decisions(desk), await now_of(desk)
    return await desk.in_thread(trial, desk.membership.charter, held, raws, now)


async def _take(
    desk: Desk, found: Trial, given: Vault | None, wraps: tuple[tuple[int, bytes], ...] = ()
) -> dict[str, Any]:
    before = desk.membership.keys.epoch
    results = await admit_all(desk, found.accepted)
    refused: Counter[Rejection] = found.refused + Counter(one for one in results if one)
    if given is not None:
        await _take_vault(desk, given)
    for epoch, content in sorted(wraps):
        await desk.ask(partial(_hear, epoch=epoch, content=content))
    me = desk.membership
    return {
        "members": len(me.roster),
        "version": me.roster.version,
        "new": sum(one is None for one in results),
        "known": found.known,
        "refused": {why.value: count for why, count in sorted(refused.items(), key=str)},
        "keys": given is not None,
        "epoch": me.keys.epoch,
        "epoch_before": before,
    }


def _hear(engine: Engine, now: float, *, epoch: int, content: bytes) -> None:
    """Wraps by hand go the way of those by radio: kept only where a decision names them."""
    me = engine.membership
    for part in parts(me.charter.network_id, epoch, content):
        frame = seal_control(me.keys, KeyClass.EVERYONE, FrameType.REKEY, part)
        engine.receive(frame, now)


async def _take_vault(desk: Desk, given: Vault) -> None:
    number = desk.membership.number
    # stored first: what the engine seals with must not be forgotten
    await desk.in_thread(desk.store.commit, Batch(secrets={**vault_secrets(given, number)}))
    await desk.ask(
        lambda engine, now: engine.take_vault(merged(engine.membership.vault, given), now)
    )
