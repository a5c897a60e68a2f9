"""Phrases of the first run."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["SETUP_PHRASES"]

SETUP_PHRASES: Final[dict[str, Text]] = {
    "setup_title": "FIRST RUN",
    "setup_keys": ("Enter next   Backspace back   j k scroll   Esc leaves with what is set"),
    "setup_later": ("an alarm came first: meshdefense tui --setup goes on with the first run"),
    "setup_written": "written down in screens.toml",
    "setup_language": "screens in English",
    "setup_signs": "Which of these looks like a map of streets?",
    "setup_braille": "fine dots (braille)",
    "setup_blocks": "blocks",
    "setup_ascii": "ASCII only",
    "setup_signs_hint": (
        "Empty boxes or question marks mean that the font lacks them. 3 works everywhere."
    ),
    "setup_bell": "Three bells were rung just now. Did you hear them?",
    "setup_bell_t": "ring again",
    "setup_bell_y": "yes",
    "setup_bell_n": "no",
    "setup_bell_is_y": ("Good. A critical alarm sounds like this, and again every minute."),
    "setup_bell_is_n": (
        "Then an alarm is only seen here. Turn on the bell and the volume of the terminal; in "
        "tmux: set -g bell-action any. Over SSH it is the near computer that sounds. Try t again."
    ),
    "setup_network_is": ("This node runs: you are {name} in {network}. Nothing to do here."),
    "setup_network": ("No network is known yet. It is made by commands, in another terminal:"),
    "setup_create": "create a network",
    "setup_join": "join one that is there",
    "setup_demo": "try it, with nothing real",
    "setup_create_does": (
        "With your own name for the network, your handle, and the middle of your area:"
    ),
    "setup_create_asks": (
        "The first asks for a new passphrase, twice, and prints words to compare aloud. The second "
        "asks for it and stays running. Never use a real name. Three founders are safer than one."
    ),
    "setup_join_does": (
        "Make a request, hand it to an organizer in person, and take the grant that comes back:"
    ),
    "setup_join_asks": (
        "Each asks for your passphrase; the first time it is new and asked twice. Compare the "
        "words of the network aloud before you trust it."
    ),
    "setup_demo_does": ("Virtual radios and invented people; nothing is sent and nothing stays:"),
    "setup_demo_asks": "It asks for nothing.",
    "setup_not_promised": "WHAT IS NOT PROMISED",
    "setup_promised": "WHAT IS PROMISED",
}
