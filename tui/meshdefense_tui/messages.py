"""What the session tells the app; widgets have their own messages beside them."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from meshdefense_tui.model import Changes

__all__ = ["LinkChanged", "LockChanged", "ModelChanged"]


@dataclass
class ModelChanged(Message):
    """Rows were added, changed or removed; at most once a frame."""

    changes: Changes


@dataclass
class LinkChanged(Message):
    """The daemon came, or went."""

    connected: bool
    detail: str


@dataclass
class LockChanged(Message):
    """The daemon was locked, or unlocked."""

    locked: bool
    detail: str
    """Why it did not lock, where it was asked to."""
