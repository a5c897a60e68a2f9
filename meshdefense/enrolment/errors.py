"""What can keep somebody from making a network, letting people in, or joining."""

from __future__ import annotations

from meshdefense_protocol.errors import ProtocolError

__all__ = ["EnrolmentError", "NotAMemberError"]


class EnrolmentError(ProtocolError):
    """The file or the state of this node does not allow that; nothing was changed."""


class NotAMemberError(EnrolmentError):
    """This data folder belongs to no network yet."""
