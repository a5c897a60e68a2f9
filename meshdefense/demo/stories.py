"""The stories that the demo can play, by name."""

from __future__ import annotations

import difflib
from typing import Final

from meshdefense.demo.ferry import FERRY_STORY
from meshdefense.demo.night import NIGHT_STORY
from meshdefense.demo.patrol import PATROL_STORY
from meshdefense.demo.plot import Plot

__all__ = ["DEFAULT", "STORIES", "UnknownStoryError", "story_named"]

STORIES: Final = {plot.name: plot for plot in (PATROL_STORY, FERRY_STORY, NIGHT_STORY)}
DEFAULT: Final = PATROL_STORY.name


class UnknownStoryError(ValueError):
    """There is no story of this name."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, STORIES, n=1, cutoff=0.0)
        known = ", ".join(STORIES)
        super().__init__(f"unknown story {name!r}; did you mean {near[0]}? (known: {known})")
        self.name = name


def story_named(name: str) -> Plot:
    """Return the story `name`, in any case. Raises UnknownStoryError."""
    try:
        return STORIES[name.lower()]
    except KeyError:
        raise UnknownStoryError(name) from None
