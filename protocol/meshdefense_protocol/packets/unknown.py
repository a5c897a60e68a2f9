"""Any kind that this version does not know: kept, relayed, shown as newer."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extensions

__all__ = ["UnknownBody"]


@dataclass(frozen=True, slots=True)
class UnknownBody:
    """The body as it came, extensions included."""

    kind: int
    content: bytes
    extended: bool = False
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """The longest that there is: a newer version knows better."""
        return LIFETIME_MAX_S
