"""What every explanation of bytes must be like."""

from __future__ import annotations

from meshdefense.cli.explanation import Explanation

__all__ = ["covered"]


def covered(found: Explanation) -> None:
    """The rows cover every bit, in order, once."""
    at = 0
    for row in found.rows:
        assert row.offset == at, row
        assert len(row.raw) * (4 if row.bits % 8 == 0 and row.offset % 8 == 0 else 1) == row.bits
        at += row.bits
    assert at == found.size * 8
