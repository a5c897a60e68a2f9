"""Add to an alert what you see yourself: the report form, begun with the alert's kind."""

from __future__ import annotations

from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.draft import Draft, Stage
from meshdefense_tui.lines import Line, fill
from meshdefense_tui.screens.report_form import ReportForm
from meshdefense_tui.session import Answer
from meshdefense_tui.views.alert_row import kind_words

__all__ = ["AdditionForm"]


class AdditionForm(ReportForm):
    """Its draft is kept apart from that of a new report, which is put back afterwards."""

    def __init__(self, desk: Desk, row: AlertRow, drafts: dict[str, Draft]) -> None:
        """`drafts` by id of the alert outlive the form."""
        self._about, self._drafts = row["id"], drafts
        self._what = f"{kind_words(row, desk.look)}, {row['id']}"
        self._kept = desk.draft
        own = drafts.get(row["id"])
        if own is None:
            own = Draft(
                stage=Stage.SEVERITY, kind=row["kind"], severity=min(max(row["severity"], 0), 3),
                scope=row["scope"], drill=row["drill"],
            )  # fmt: skip
            drafts[row["id"]] = own
        self._own = desk.draft = own
        super().__init__(desk)
        self._continued = False

    def window_lines(self, width: int) -> list[Line]:
        """The form below the alert that it adds to."""
        title = self.desk.look.say("add_title", what=self._what)
        first = fill(((title, "title_focus"),), width, self.desk.look.glyphs.ellipsis)
        lines = super().window_lines(width)
        return [first, *lines[1:]]

    def on_unmount(self) -> None:
        """Put the other draft back, unless the screen was locked and everything is forgotten."""
        if self.desk.draft is self._own:
            self.desk.draft = self._kept

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._own = self._drafts[self._about] = self.desk.draft

    def _send(self) -> None:
        draft = self.desk.draft
        if draft.note_room < 0:
            super()._send()  # says so
            return
        self._sending, self._complaint = True, ""
        params = draft.params(self._chosen_place()) | {"about": self._about}
        self.desk.order("report", params, self._about, self._answered)

    def _answered(self, answer: Answer) -> None:
        before = self.desk.draft
        super()._answered(answer)
        if answer.accepted:
            self._drafts.pop(self._about, None)
            # the form has begun a new draft, but the one of a new report is still to be sent
            self.desk.draft = self._kept if before is self._own else before
