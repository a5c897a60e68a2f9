"""The one error of this package: what is wrong, with all that was found at once."""

from __future__ import annotations

from meshdefense_radio.wording import Problem

__all__ = ["ConfigError"]


class ConfigError(ValueError):
    """A setting, a network file or an address of channels that cannot be used.

    `str()` is English; `text("es")` says the same in Spanish. Neither ever shows a key.
    """

    def __init__(self, *problems: Problem, name: str = "") -> None:
        if not problems:
            raise TypeError("an error needs a problem")
        self.problems = problems
        self.name = name
        super().__init__(self.text())

    def text(self, language: str = "en") -> str:
        """One line for each problem, after the file's name where there is one."""
        head = f"{self.name}: " if self.name else ""
        return "\n".join(head + problem.text(language) for problem in self.problems)
