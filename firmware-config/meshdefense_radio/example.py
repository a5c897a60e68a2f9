"""An example of a network file, to begin with."""

from __future__ import annotations

from meshdefense_radio.package_data import read_text

__all__ = ["example_network"]


def example_network(language: str = "en") -> str:
    """A whole network file with remarks in `language`."""
    return read_text("examples", f"network.{'es' if language == 'es' else 'en'}.yaml")
