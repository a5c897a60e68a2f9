"""The modes beside the dashboard: each is imported and made when it is first shown.

A screen over SSH should not wait at its start for what nobody looks at yet: these modes and
their windows are half of the program's modules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshdefense_tui.commands import BIG
from meshdefense_tui.modes.mode import Mode

if TYPE_CHECKING:
    from meshdefense_tui.app import MeshDefenseApp

__all__ = ["mode_makers"]


def mode_makers(app: MeshDefenseApp) -> dict[str, Callable[[], Mode]]:
    """What makes each of them, by name; `app` may still be under construction."""

    def alerts() -> Mode:
        from meshdefense_tui.modes.alerts import AlertsMode

        return AlertsMode(app.desk, app.session.command)

    def verify() -> Mode:
        from meshdefense_tui.modes.verify import VerifyMode

        return VerifyMode(app.desk, dots=app.dashboard.map.dots)

    def patrols() -> Mode:
        from meshdefense_tui.modes.patrols import PatrolsMode

        return PatrolsMode(app.desk, dots=app.dashboard.map.dots)

    def messages() -> Mode:
        from meshdefense_tui.modes.messages import MessagesMode

        return MessagesMode(app.desk)

    def mesh() -> Mode:
        from meshdefense_tui.modes.mesh import MeshMode

        return MeshMode(app.desk)

    def radios() -> Mode:
        from meshdefense_tui.modes.radios import RadiosMode

        return RadiosMode(app.desk)

    def log() -> Mode:
        from meshdefense_tui.modes.log import LogMode

        return LogMode(app.desk, app.replay, app.session.command, app.exports)

    def big() -> Mode:
        from meshdefense_tui.modes.big import BigMode

        return BigMode(app.desk)

    return {
        "alerts": alerts,
        "verify": verify,
        "patrols": patrols,
        "messages": messages,
        "mesh": mesh,
        "radios": radios,
        "log": log,
        BIG: big,
    }
