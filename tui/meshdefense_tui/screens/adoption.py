"""Adopt an unsigned report of a stock radio: the report form, begun with what was understood."""

from __future__ import annotations

from typing import Final

from meshdefense.api.stock_schema import StockReportRow
from meshdefense_protocol.packets.report import observed_code
from meshdefense_tui.desk import Desk
from meshdefense_tui.draft import CELLS_M, Draft, PlaceChoice, Stage
from meshdefense_tui.lines import Line, fill
from meshdefense_tui.screens.report_form import ReportForm
from meshdefense_tui.session import Answer
from meshdefense_tui.views.stock_rows import stock_place_words, stock_words

__all__ = ["AdoptionForm"]

_NOTE: Final = "from a neighbour / de un vecino"
"""Travels with the report as it stands, so in both languages: verifiers must know the source."""


class AdoptionForm(ReportForm):
    """Its draft is kept apart from that of a new report, which is put back afterwards."""

    def __init__(self, desk: Desk, row: StockReportRow, target: str) -> None:
        """`target` is the key of the row in the queue."""
        self._stock, self._target = row["id"], target
        self._what = f"{row['id']} {stock_words(row, desk.look)}".rstrip()
        self._kept = desk.draft
        self._own = desk.draft = _begun(row, desk.now)
        self._least, self._observed = self._own.least, self._own.observed
        super().__init__(desk)
        self._continued = False
        # theirs first, also where it is only words: a hurried person must not send her own place
        self._places.insert(0, _place(row, desk))
        desk.draft.place = 0

    def window_lines(self, width: int) -> list[Line]:
        """The form, under the name of what is adopted."""
        title = self.desk.look.say("stock_adopt_title", what=self._what)
        first = fill(((title, "title_focus"),), width, self.desk.look.glyphs.ellipsis)
        return [first, *super().window_lines(width)[1:]]

    def on_unmount(self) -> None:
        """Put the other draft back, unless the screen was locked and everything is forgotten."""
        if self.desk.draft is self._own:
            self.desk.draft = self._kept

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._own = draft = self.desk.draft
        draft.least, draft.observed = self._least, self._observed  # a fact, not the form's

    def _send(self) -> None:
        draft = self.desk.draft
        if draft.note_room < 0:
            super()._send()  # says so
            return
        self._sending, self._complaint = True, ""
        # exact: what was taken out here, the daemon must not put in again
        params = draft.params(self._chosen_place()) | {"stock": self._stock, "exact": True}
        self.desk.order("stock_adopt", params, self._target, self._answered)

    def _answered(self, answer: Answer) -> None:
        before = self.desk.draft
        super()._answered(answer)
        if answer.accepted:
            self.desk.draft = self._kept if before is self._own else before


def _begun(row: StockReportRow, now: float) -> Draft:
    severity = min(max(row["severity"], 0), 3)
    draft = Draft(
        stage=Stage.KIND if row["kind"] is None else Stage.SEVERITY,
        kind=row["kind"],
        severity=severity,
        least=severity,
        digits=str(row["count"] or ""),
        activity=row["activity"],
        equipment=list(row["equipment"]),
        observed=observed_code(max(now - row["received_at"], 0.0)),
        note=_NOTE,
    )
    place = row["place"]
    if place is not None:
        draft.cell_m = next((cell for cell in CELLS_M if cell >= place["precision_m"]), CELLS_M[-1])
    return draft


def _place(row: StockReportRow, desk: Desk) -> PlaceChoice:
    place, look = row["place"], desk.look
    if place is not None:
        words = stock_place_words(row, look, desk.model.origin, desk.streets)
        told = look.say("stock_place_told", words=words)
        return PlaceChoice(told, place["lat"], place["lon"])
    if row["place_words"]:
        return PlaceChoice(look.say("stock_place_words", words=row["place_words"]))
    return PlaceChoice(look.say("place_none"))
