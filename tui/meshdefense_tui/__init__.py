"""The terminal screens: an attached client of the daemon, and the only package with Textual.

Importing this package is cheap; `run` imports Textual.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["run"]


def run(
    socket_path: Path, *, ascii_only: bool = False, language: str = "en", start_hint: str = ""
) -> int:
    """Show the screens until the person leaves; returns the exit code.

    `start_hint` tells how to start a daemon, for when none runs.
    """
    from meshdefense_tui.app import MeshDefenseApp  # Textual takes 120 ms to import

    app = MeshDefenseApp(
        socket_path, ascii_only=ascii_only, language=language, start_hint=start_hint
    )
    app.run()
    return app.return_code or 0
