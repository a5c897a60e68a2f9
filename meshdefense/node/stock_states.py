"""What became of one line for stock radios, and of its pin: how their states follow each other.

Pure: rows in memory. States are those of `meshdefense.api.stock_schema`.
"""

from __future__ import annotations

from typing import Final

from meshdefense.api.stock_schema import StockLineRow, StockPin
from meshdefense.radio.stock import NO_RADIO, StockPort
from meshdefense_protocol.stock_lines import without_age
from meshdefense_protocol.transport import Fate

__all__ = [
    "IN_FLIGHT",
    "NOT_SAID",
    "TRIES_MAX",
    "cancel",
    "flies",
    "head_of",
    "moved_on",
    "port_of",
    "silence",
    "waits",
]

TRIES_MAX: Final = 3
"""So often the radio is asked to say something."""
NOT_SAID: Final = frozenset({"queued", "dropped", "cancelled", "refused"})
"""In these nobody heard it from us."""
IN_FLIGHT: Final = frozenset({"handed", "at_radio"})
"""In these the radio has it, and may give it back."""
_ON_AIR: Final = frozenset({"on_air", "heard", "unheard"})


def port_of(row: StockLineRow) -> StockPort:
    """On which port the line goes out."""
    return StockPort.ALERT if row["port"] == "alert" else StockPort.TEXT


def head_of(line: str) -> str:
    """What a line says before its place: the same on every node that tells the same."""
    line = without_age(line)  # two nodes may be told of it at two times
    start = line.find(": ")
    ends = [at for at in (line.find(", ", start), line.find(".", start)) if at > start]
    return line[: min(ends, default=len(line))]


def moved_on(part: StockLineRow | StockPin, fate: Fate, detail: str) -> bool:
    """Take in what became of a line or pin; whether its state is another one now.

    What was refused or never left waits again, as long as it has tries left; what the radio had
    when the link broke may have been said. What was on air was said, whatever comes behind.
    """
    before = part["state"], part["reason"]
    reason = detail
    if fate is Fate.ACCEPTED:
        state = "at_radio"
    elif fate is Fate.LOST:
        state = "queued" if detail == NO_RADIO else "uncertain"
    elif fate is Fate.REFUSED:
        state = "queued"
    else:
        state, reason = fate.value.replace(" ", "_"), ""
    if part["state"] in _ON_AIR and state in ("at_radio", "queued", "uncertain"):
        return False
    if part["state"] in ("heard", "unheard") and state == "on_air":
        return False
    part["state"], part["reason"] = state, reason
    return (part["state"], part["reason"]) != before


def waits(row: StockLineRow) -> bool:
    """Whether the line or its pin waits."""
    pin = row["pin"]
    return row["state"] == "queued" or (pin is not None and pin["state"] == "queued")


def flies(row: StockLineRow) -> bool:
    """Whether the radio may still give the line or its pin back."""
    pin = row["pin"]
    return row["state"] in IN_FLIGHT or (pin is not None and pin["state"] in IN_FLIGHT)


def cancel(row: StockLineRow, state: str, why: str) -> bool:
    """Whether anything of the row still waited."""
    waited = False
    if row["state"] == "queued":
        row["state"], row["reason"], waited = state, why, True
    pin = row["pin"]
    if pin is not None and pin["state"] == "queued":
        pin["state"], pin["reason"], waited = state, why, True
    return waited


def silence(row: StockLineRow) -> None:
    """Another node said the line."""
    state, why = "elsewhere", "another node said it"
    row["state"], row["reason"] = state, why
    cancel(row, state, why)  # the pin, if it waits
