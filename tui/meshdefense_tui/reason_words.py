"""Why something waits: the daemon says it in English, here it is said in the reader's language.

A sentence that is not known here is shown as it came: better foreign than hidden. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from meshdefense_tui.phrases import phrase

__all__ = ["reason_words"]

_KNOWN: Final = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"the channel is busy \((?P<value>\d+) %\)", "reason_busy"),
        (r"airtime of [\w -]+ is used up", "reason_class"),
        (r"this node's airtime is used up", "reason_node"),
        (r"the region's duty cycle is used up", "reason_duty"),
        (r"this node has no radio", "reason_none"),
        (r"no radio found", "reason_searching"),
        (r"the radio is connecting", "reason_connecting"),
        (r"the radio is silent", "reason_silent"),
        (r"the radio cannot be used", "reason_refused"),
    )
)


def reason_words(reason: str, language: str) -> str:
    """The reason in `language`."""
    if language == "en":
        return reason
    for pattern, key in _KNOWN:
        if found := pattern.fullmatch(reason):
            return phrase(key, language, **found.groupdict())
    return reason
