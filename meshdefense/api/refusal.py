"""Why a request is refused: the code for programs, the sentence for people. See docs/api.md."""

from __future__ import annotations

from typing import Any

from meshdefense.api.schema import ErrorBody, ErrorCode

__all__ = ["RefusedError", "error_line", "locked_error"]


class RefusedError(Exception):
    """A request changed nothing."""

    def __init__(
        self, code: ErrorCode, message: str, hint: str = "", retry_after_s: float | None = None
    ) -> None:
        """`hint` says what to do next; `retry_after_s` when the next passphrase is looked at."""
        super().__init__(message)
        self.code, self.hint, self.retry_after_s = code, hint, retry_after_s


def locked_error() -> RefusedError:
    """A person has to unlock first."""
    return RefusedError("locked", "this node is locked", "unlock it: meshdefense unlock")


def error_line(serial: Any, error: RefusedError) -> dict[str, Any]:
    """The answer to the request that came with `serial`."""
    body: ErrorBody = {"code": error.code, "message": str(error)}
    if error.hint:
        body["hint"] = error.hint
    if error.retry_after_s is not None:
        body["retry_after_s"] = error.retry_after_s
    return {"id": serial, "ok": False, "error": body}
