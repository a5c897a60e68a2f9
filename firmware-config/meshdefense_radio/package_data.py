"""Reads the data files of this package."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

__all__ = ["read_text", "read_yaml"]


def read_text(*path: str) -> str:
    """A file that comes with the package."""
    return resources.files("meshdefense_radio").joinpath(*path).read_text(encoding="utf-8")


def read_yaml(*path: str) -> Any:
    """A file that comes with the package, as plain data."""
    return yaml.load(read_text(*path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
