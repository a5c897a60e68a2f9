"""Every fuzz target by name, and the inputs that were findings once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fuzz import air, files, radio, sockets, stored, streets, typed
from fuzz.target import Check, FindingError, Target

__all__ = ["FINDINGS", "PLANTED", "TARGETS", "finding_name", "inputs"]

FINDINGS: Final = Path(__file__).with_name("findings")
"""One file of hex digits for each, named TARGET-HASH.hex; kept once its fault is mended."""

TARGETS: Final = {
    target.name: target
    for module in (air, files, stored, streets, typed, radio, sockets)
    for target in module.TARGETS
}


def finding_name(target: str, digest: str) -> str:
    """The name of the file that keeps a finding; `digest` is a hash of it in hex."""
    return f"{target}-{digest[:12]}.hex"


def inputs(target: Target) -> list[bytes]:
    """Seeds, and what was a finding."""
    saved = sorted(FINDINGS.glob(f"{target.name}-*.hex"))
    return [*target.seeds(), *(bytes.fromhex(path.read_text()) for path in saved)]


def _make_planted() -> Check:
    def check(raw: bytes) -> None:
        if raw[:1] == b"\x93":  # each comparison is a step that coverage shows
            if raw[1:2] == b"M":
                if raw[2:3] == b"d":
                    raise FindingError("the planted fault")

    return check


PLANTED: Final = Target("planted", _make_planted, lambda: [b"seed"], 16)
"""Has a fault three steps deep: shows that a run finds one, tells it and keeps its input."""
