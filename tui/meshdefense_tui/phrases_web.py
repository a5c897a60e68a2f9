"""What the server of the browser says, on its pages and in the terminal that started it.

And what a screen says of a daemon that it does not understand in everything.
"""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["WEB_PHRASES"]

WEB_PHRASES: Final[dict[str, Text]] = {
    "web_key_modes": "go (F5: g p)",
    "rows_left_out": (
        "The daemon sent {count} rows that this version does not understand: not shown."
    ),
    # terminal
    "web_open_this": "Open this in a browser on this computer; it works once:",
    "web_how_to_end": ("Ctrl+C ends the server and every tab. Start it again for a new address."),
    "web_ended": "The server has ended, and every tab.",
    "web_port_taken": "port {port} cannot be used: {detail}",
    # pages
    "web_pin_title": "Operator PIN",
    "web_pin_ask": "The PIN that was chosen when the server was started.",
    "web_pin_go": "Show the screens",
    "web_pin_wrong": "Wrong PIN. The next try counts in {seconds} s.",
    "web_pin_wait": "Not looked at: wait {seconds} s after a wrong PIN.",
    "web_refused": "Not allowed",
    "web_token_used": (
        "This address is wrong or was used before. Use the tab that it opened, or start the "
        "server again for a new one."
    ),
    "web_no_session": ("This browser was not let in. Open the address that the server printed."),
    "web_wrong_host": "This server answers only its own address on this computer.",
    "web_too_many": (
        "{count} tabs are open, and that is the most. Close one, then load this page again."
    ),
    "web_tab_ended": (
        "This tab has ended, and what it showed is hidden. Load the page again to go on. Where "
        "nothing comes then, start the server again."
    ),
    "web_left": "The screens were closed.",
    "web_failed": (
        "The screens ended with error {code}. After a panic: something is left; look at the "
        "computer itself."
    ),
    "web_starting": "Starting ...",
}
