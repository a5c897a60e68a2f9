"""The end of the pipe in a tab's process."""

from __future__ import annotations

from textual import messages
from textual.drivers.web_driver import WebDriver

__all__ = ["TabDriver"]


class TabDriver(WebDriver):
    """Ends the app when the pipe is closed: a server that was killed cannot ask for it."""

    def run_input_thread(self) -> None:
        """Read until the pipe is closed or the app ends."""
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())
