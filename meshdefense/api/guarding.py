"""Methods of the lock: `lock`, `unlock`, `panic` and `activity`. See docs/api.md, "Locking"."""

from __future__ import annotations

from typing import Any, Final

from meshdefense.api.refusal import RefusedError, locked_error
from meshdefense.locking import Guard, TooSoonError
from meshdefense.node.node import Node, UnavailableError
from meshdefense.node.requests import BadRequestError
from meshdefense.storage.errors import WrongPassphraseError
from meshdefense.storage.secret_files import SHARE_SIZE

__all__ = ["GUARDING", "guarding"]

GUARDING: Final = ("activity", "lock", "panic", "unlock")


async def guarding(guard: Guard | None, node: Node, method: str, params: dict[str, Any]) -> Any:
    """Answer one of GUARDING.

    Raises BadRequestError, UnavailableError without a guard, RefusedError, and as `Guard`.
    """
    taken = {"unlock": {"passphrase", "share"}, "panic": {"rehearse"}}.get(method, set())
    if unknown := sorted(params.keys() - taken):
        raise BadRequestError(f"{method}: there is no parameter {unknown[0]!r}")
    if guard is None:
        raise UnavailableError("this daemon has no lock")
    if method == "unlock":
        return await _unlock(guard, params)
    if method == "lock":
        guard.lock()
    elif method == "panic":
        if params.get("rehearse", False) is True:
            return {**guard.rehearse(), "radio": node.radio.status.state.value}
        if params.get("rehearse", False) is not False:
            raise BadRequestError("panic: rehearse is true or false")
        return await guard.panic()
    elif guard.locked:
        raise locked_error()
    else:
        guard.active()
    return {}


async def _unlock(guard: Guard, params: dict[str, Any]) -> Any:
    passphrase, share = params.get("passphrase"), params.get("share", "")
    if not isinstance(passphrase, str) or not isinstance(share, str):
        raise BadRequestError("unlock: passphrase and share are texts")
    try:
        bound = bytes.fromhex(share) or None
    except ValueError:
        raise BadRequestError("unlock: share is in hex") from None
    if bound is not None and len(bound) != SHARE_SIZE:
        raise BadRequestError(f"unlock: share has {SHARE_SIZE} bytes")
    try:
        await guard.unlock(passphrase.encode("utf-8", "surrogateescape"), bound)
    except TooSoonError as error:
        wait_s = round(error.wait_s, 1)
        raise RefusedError("wait", str(error), retry_after_s=wait_s) from None
    except WrongPassphraseError:
        wait_s = round(guard.wait_s(), 1)
        raise RefusedError("wrong_passphrase", "Wrong passphrase.", retry_after_s=wait_s) from None
    return {}
