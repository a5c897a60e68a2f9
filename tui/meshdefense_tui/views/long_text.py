"""A long report's text: how far it came, and its lines when it is whole. Pure."""

from __future__ import annotations

from meshdefense.api.row_schema import LongText
from meshdefense.safe_text import clean_lines
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap

__all__ = ["long_tag", "wrapped_text"]


def long_tag(long: LongText, look: Look, about: str = "") -> str:
    """ "long report 7/11 parts, about fire"; without the parts when all are here."""
    if long["lines"]:
        tag = look.say("long_whole")
    else:
        tag = look.say("long_parts", have=long["have"], of=long["of"])
    return f"{tag}, {look.say('long_about', what=about)}" if about else tag


def wrapped_text(long: LongText, width: int) -> list[str]:
    """The whole text in lines of at most `width` cells; none while parts are missing."""
    return [part for line in clean_lines(long["lines"]) for part in wrap(line, max(width, 4))]
