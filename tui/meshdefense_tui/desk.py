"""What every screen and widget works with: the rows, the look, and a way to give orders.

Widgets never call the node. They draw from `Desk.model` and give orders through `Desk.order`,
which the app hands to the session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.draft import Draft
from meshdefense_tui.lines import Line
from meshdefense_tui.look import Look
from meshdefense_tui.model import Model
from meshdefense_tui.palette import Palette
from meshdefense_tui.place_words import place_words
from meshdefense_tui.series import Series
from meshdefense_tui.session import Answer
from meshdefense_tui.street_source import StreetSource
from meshdefense_tui.trails import Trails

__all__ = ["Desk", "MessageDraft", "Order", "Pin", "Tell", "Then"]

Then = Callable[[Answer], None]
"""Called with the daemon's answer, on the app's loop."""
Order = Callable[[str, dict[str, Any], str, Then | None], None]
"""Method, parameters, id of the item that it is about (or ""), and what to do with the answer."""
Tell = Callable[[str, str], None]
"""A sentence for the answer row, and its role."""


@dataclass(slots=True)
class MessageDraft:
    """A message being written."""

    text: str = ""
    target: int = 0
    """Index into the addressees that the form offers."""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A place that a person marked on the map, for herself: it is never sent."""

    east: float
    """Metres from the origin."""
    north: float
    label: str
    """Name of what was searched for; empty for a place chosen by eye."""


@dataclass
class Desk:
    """Shared by the app, its screens and widgets."""

    model: Model
    look: Look
    palette: Palette
    order: Order
    tell: Tell
    stale: bool = False
    """True while no daemon speaks: everything on the screen is drawn dim."""
    foreign: bool = False
    """True while the daemon that is there is of another version."""
    start_hint: str = ""
    """How to start a daemon, for while none was ever heard."""
    data_option: str = ""
    """`--data` as the program was started with it, for commands to copy; "" without it."""
    at: float | None = None
    """The moment that a replay shows; None for now."""
    selected: str | None = None
    """Id of the alert under the cursor."""
    draft: Draft = field(default_factory=Draft)
    message_draft: MessageDraft = field(default_factory=MessageDraft)
    crosshair: tuple[float, float] | None = None
    """Local metres of the map's middle, once a person has moved the map; for the report form."""
    crosshair_at: float = 0.0
    """When that was, seconds since the epoch."""
    pin: Pin | None = None
    trails: Trails = field(default_factory=Trails)
    series: Series = field(default_factory=Series)
    """What the radio measured while these screens ran."""
    streets: StreetSource | None = None
    """The street packs; None while nobody named a folder of them."""
    banners: Callable[[int, bool], list[Line]] = lambda width, here: []
    """Rows for the top of every screen; given its width, and whether `a` acknowledges there."""
    answer_sos: Callable[[], bool] = lambda: False
    """Acknowledge the SOS in the banner; False when there is none."""
    scrub: Callable[[int], None] = lambda steps: None
    """Show everything as it was so many steps later, or earlier where it is negative."""
    to_now: Callable[[], bool] = lambda: False
    """End a replay; False when none is shown."""
    panic: Callable[[], None] = lambda: None
    """End at once what runs beside the screens: everything is being destroyed."""
    leaving: Callable[[], str] = lambda: ""
    """Key of a phrase for who is about to leave, where that would break something off."""
    parting: Callable[[], str] = lambda: ""
    """What to say on the terminal once the screens are gone; "" for nothing."""

    def forget(self) -> None:
        """Drop what a person has typed and chosen: the screen is locked."""
        self.to_now()
        self.draft, self.message_draft = Draft(), MessageDraft()
        self.selected = self.crosshair = self.pin = None
        self.crosshair_at = 0.0
        self.trails.forget()
        self.series.forget()
        if self.streets is not None:
            self.streets.forget()

    def where(self, place: PlaceRow | None) -> str:
        """A place in words: its nearest corner where a street pack knows it, distance, bearing."""
        return place_words(place, self.model.origin, self.look, self.streets)

    @property
    def now(self) -> float:
        """Seconds since the epoch; of the moment that a replay shows."""
        return self.look.clock.now() if self.at is None else self.at

    @property
    def alert(self) -> AlertRow | None:
        """The alert under the cursor."""
        return self.model.alerts.get(self.selected) if self.selected is not None else None
