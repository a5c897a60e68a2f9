"""After-action times as lines: one alert step by step, then medians over many. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from meshdefense.exports.times import Steps, summary
from meshdefense.exports.words import STEPS, TIMES, minutes
from meshdefense_protocol.words import KINDS
from meshdefense_tui.lines import Line, edges, fill
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import fit, wrap
from meshdefense_tui.views.log_rows import moment

__all__ = ["after_action_lines"]

_NUMBER: Final = 9


def after_action_lines(
    one: Steps | None,
    whole: Sequence[Steps],
    look: Look,
    *,
    since: float | None,
    kept_since: float | None,
    width: int,
) -> list[Line]:
    """`one` is the selected alert; `whole` are those of the period."""
    title = [(f"{look.say('times_title')}   ", "title_focus")]
    lines: list[Line] = [fill([*title, (look.say("times_hint"), "quiet")], width), ()]
    lines += [*_one(one, look, width), ()]
    name = "times_all" if since is None else "times_since"
    when = "" if since is None else moment(since, look, look.clock.now())
    words = look.say(name, time=when)
    lines.append(((fit(words, width, look.glyphs.ellipsis), "title"),))
    if kept_since is not None and (since is None or since < kept_since):
        words = look.say("log_kept", time=moment(kept_since, look, look.clock.now()))
        lines.append(((fit(words, width, look.glyphs.ellipsis), "quiet"),))
    for drill in (False, True):
        some = [step for step in whole if step.incident.drill is drill]
        if not drill or any(step.after_s for step in some):
            lines += [(), *_many(some, look, drill=drill, width=width)]
    return lines


def _one(one: Steps | None, look: Look, width: int) -> list[Line]:
    if one is None:
        text = look.say("times_no_alert")
        return [((part, "quiet"),) for part in wrap(text, width)]
    incident = one.incident
    what = f"{look.word(KINDS, incident.kind)} {incident.item}"
    drill = [(f" {look.say('drill')} ", "drill"), (" ", "plain")] if incident.drill else []
    head = [*drill, (f"{look.say('times_this')}: {what}", "title")]
    right = [(look.clock.hms(incident.reported_at), "quiet")]
    lines: list[Line] = [edges(head, right, width, look.glyphs.ellipsis)]
    for name, said in STEPS.items():
        if name in one.after_s:
            after = [(minutes(one.after_s[name]), "strong")]
            left = [("  ", "plain"), (said.text(look.language), "plain")]
            lines.append(edges(left, after, width, look.glyphs.ellipsis))
    if not one.after_s:
        lines.append((("  ", "plain"), (look.say("times_nothing"), "quiet")))
    if one.uncertain:
        lines += [((f"  {part}", "warn"),) for part in wrap(look.say("times_uncertain"), width - 2)]
    return lines


def _many(some: Sequence[Steps], look: Look, *, drill: bool, width: int) -> list[Line]:
    language, ellipsis = look.language, look.glyphs.ellipsis

    def said(name: str, **values: object) -> str:
        return TIMES[name].text(language, **values)

    head = ((said("drills" if drill else "real"), "drill" if drill else "title"),)
    if not some:
        return [head, ((f"  {said('none')}", "quiet"),)]
    whole = summary(some)
    columns = [f"{fit(said(key), _NUMBER, ellipsis):>{_NUMBER}}" for key in ("n", "median")]
    ninety = f"{'90 %':>{_NUMBER}}"
    lines: list[Line] = [edges(head, [("".join((*columns, ninety)), "quiet")], width, ellipsis)]
    for name, step in STEPS.items():
        if name in whole.taken:
            values = (str(whole.taken[name]), minutes(whole.median_s[name]))
            numbers = "".join(f"{v:>{_NUMBER}}" for v in (*values, minutes(whole.p90_s[name])))
            left = [("  ", "plain"), (step.text(language), "plain")]
            lines.append(edges(left, [(numbers, "strong")], width, ellipsis))
    texts = [said("nobody")]
    if "on_scene" in whole.taken:
        five, seven = whole.on_scene_within
        texts = [said("yardstick", five=five, seven=seven, all=whole.taken["on_scene"])]
    texts.append(said("aim"))
    if whole.left_out:
        texts.append(said("uncertain", count=whole.left_out))
    for text in texts:
        lines += [((part, "quiet"),) for part in wrap(text, width)]
    return lines
