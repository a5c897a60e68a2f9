"""Kind 11, broadcast: a report that verifiers confirmed, repeated for everybody.

    reference 5 bytes | the 8 fixed bytes of a report, with scope 0

The report itself may have gone to patrols alone: who receives this need not have it.
Extensions: PLACE and COUNT, as in a report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.packets.extension import Extension, Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.packets.report import Report
from meshdefense_protocol.place import Place
from meshdefense_protocol.wire import Reader

__all__ = ["Broadcast"]

_OF_THE_REPORT: Final = (Extension.COUNT, Extension.PLACE)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A wide alarm: what was seen, as it was found to be, and which report it comes from."""

    KIND: ClassVar[int] = 11
    SIZE: ClassVar[int] = REF_SIZE + Report.SIZE
    FINEST: ClassVar[int] = Report.FINEST

    ref: ItemId
    """The report that was confirmed."""
    report: Report
    """What everybody is told: no note, equipment, lifetime or `about`, and scope 0."""
    extra: Extensions = field(default_factory=dict)

    @property
    def place(self) -> Place | None:
        """Where it is."""
        return self.report.place

    @property
    def default_lifetime_s(self) -> int:
        """What the kind of report says, in seconds."""
        return self.report.default_lifetime_s

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + self.report.fixed()

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        of_report = self.report.extensions()
        return dict(self.extra) | {
            kind: of_report[kind] for kind in _OF_THE_REPORT if kind in of_report
        }

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Broadcast:
        """Read the fixed part and take the known extensions out of `extensions`."""
        ref = read_ref(reader)
        of_report: Extensions = {
            kind: extensions.pop(kind) for kind in _OF_THE_REPORT if kind in extensions
        }
        report = Report.read(reader, of_report)
        if report.scope:
            raise DecodeError("a broadcast that is not for everybody")
        return cls(ref, report, extensions)
