"""What the session tells the app; widgets have their own messages beside them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from meshdefense_tui.model import Changes

__all__ = ["LinkChanged", "ModelChanged"]


@dataclass
class ModelChanged(Message):
    """Rows were added, changed or removed; at most once a frame."""

    changes: Changes


@dataclass
class LinkChanged(Message):
    """The daemon came, or went."""

    connected: bool
    detail: str
