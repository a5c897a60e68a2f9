"""What a person set for these screens: screens.toml in the data folder.

Read with the standard library; written with tomlkit, so that a person's own remarks and order
stay. A key or value that is not known is a problem in words and never stops the screens: what
is good counts, the file stays as it is, and nothing is written over it until it is mended.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from meshdefense.language import LANGUAGES
from meshdefense.whole_file import write_whole

__all__ = ["DOTS", "FILE_NAME", "GLYPHS", "KEY_NAMES", "THEME_NAMES", "Problem", "Settings",
           "SettingsFile", "parsed"]  # fmt: skip

FILE_NAME: Final = "screens.toml"
THEME_NAMES: Final = ("dark", "light", "night-red", "high-contrast", "ansi", "mono")
GLYPHS: Final = ("unicode", "ascii")
DOTS: Final = ("braille", "blocks", "ascii")
KEY_NAMES: Final[dict[str, str]] = {
    "report": "r",
    "verdict": "v",
    "acknowledge": "a",
    "retract": "x",
    "checkin": "c",
    "write": "w",
    "newest": "full_stop",
    "go": "g",
    "palette": "colon",
    "help": "question_mark",
    "map": "m",
    "theme": "N",
    "big": "G",
    "jump": "apostrophe",
    "snooze": "Z",
}
"""Name in the file, and the key that it is beside: an own key is one more, never another one."""
_FIXED: Final = frozenset(
    {
        *KEY_NAMES.values(), "escape", "enter", "tab", "shift+tab", "backspace", "space",
        "semicolon", "up", "down", "left", "right", "h", "j", "k", "l", "q",
        "1", "2", "3", "4", "ctrl+g", "ctrl+l", "ctrl+x", "ctrl+o", "ctrl+c", "ctrl+q", "ctrl+s",
        "ctrl+z", "ctrl+b", "ctrl+a", "ctrl+p", *(f"f{number}" for number in range(1, 10)),
    }
)  # fmt: skip
"""Keys that mean one thing on every machine of a team, or that terminals take."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that does not count, as a phrase and its values."""

    words: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; the defaults are what counts without a file."""

    language: str | None = None
    """None: as the environment says."""
    theme: str | None = None
    """None: dark, or what the terminal can show."""
    glyphs: str = "unicode"
    dots: str | None = None
    """Of the map; None: braille, blocks on the Linux console, ASCII with those glyphs."""
    big: bool = False
    reduced_motion: bool = False
    bell: bool = True
    notifications: bool = True
    details: bool = False
    """Whether titles and notifications may name people, places and what was reported."""
    quiet_from: str | None = None
    """HH:MM of this machine's clock; between the two only critical alarms sound."""
    quiet_to: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    """Own key by name of KEY_NAMES."""

    def quiet_at(self, clock: str) -> bool:
        """Whether HH:MM is in the quiet hours, which may go over midnight."""
        start, end = self.quiet_from, self.quiet_to
        if start is None or end is None or start == end:
            return False
        if start < end:
            return start <= clock < end
        return clock >= start or clock < end

    def translation(self) -> dict[str, str]:
        """The keys that the screens know, by the own ones."""
        return {key: KEY_NAMES[name] for name, key in self.keys.items()}


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(names: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: value in names if isinstance(value, str) else False


def _hour(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return False
    hour, minute = value[:2], value[3:]
    whole = hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit()
    return whole and int(hour) < 24 and int(minute) < 60


_TOP: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "language": (_one_of(tuple(LANGUAGES)), " ".join(LANGUAGES)),
    "theme": (_one_of(THEME_NAMES), " ".join(THEME_NAMES)),
    "glyphs": (_one_of(GLYPHS), " ".join(GLYPHS)),
    "dots": (_one_of(DOTS), " ".join(DOTS)),
    "big": (_flag, "true false"),
    "reduced_motion": (_flag, "true false"),
}
_ALARMS: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "bell": (_flag, "true false"),
    "notifications": (_flag, "true false"),
    "details": (_flag, "true false"),
    "quiet_from": (_hour, '"22:30"'),
    "quiet_to": (_hour, '"06:00"'),
}


def parsed(text: str) -> tuple[Settings, list[Problem]]:
    """The settings of a file's text, and what in it does not count. Raises no error."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(), [Problem("settings_no_toml", {"detail": str(error)})]
    problems: list[Problem] = []
    values = _checked(found, {**_TOP, "alarms": None, "keys": None}, "", problems)
    for section, known in (("alarms", _ALARMS), ("keys", dict.fromkeys(KEY_NAMES))):
        given = found.get(section, {})
        if not isinstance(given, dict):
            problems.append(Problem("settings_no_table", {"name": section}))
        elif section == "alarms":
            values |= _checked(given, known, "alarms.", problems)
        else:
            values["keys"] = _checked_keys(given, problems)
    return replace(Settings(), **values), problems


def _checked(
    given: Mapping[str, Any],
    known: Mapping[str, tuple[Callable[[Any], bool], str] | None],
    before: str,
    problems: list[Problem],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            problems.append(_unknown(before, key, known))
        elif (rule := known[key]) is None:
            continue  # a table, looked at by itself
        elif rule[0](value):
            values[key] = value
        else:
            said = {"name": before + key, "value": _short(value), "may": rule[1]}
            problems.append(Problem("settings_bad_value", said))
    return values


def _checked_keys(given: Mapping[str, Any], problems: list[Problem]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for name, key in given.items():
        if name not in KEY_NAMES:
            problems.append(_unknown("keys.", name, KEY_NAMES))
        elif not isinstance(key, str) or not key or not key.isascii() or len(key) > 20:
            said = {"name": f"keys.{name}", "value": _short(key), "may": "f10 ctrl+r y"}
            problems.append(Problem("settings_bad_value", said))
        elif key in _FIXED or key in keys.values():
            problems.append(Problem("settings_key_taken", {"name": f"keys.{name}", "value": key}))
        else:
            keys[name] = key
    return keys


def _unknown(before: str, key: str, known: Mapping[str, object]) -> Problem:
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.0)
    return Problem("settings_unknown", {"name": before + _short(key), "near": before + near[0]})


def _short(value: object) -> str:
    text = "".join(char if char.isprintable() else "?" for char in str(value))
    return text if len(text) <= 24 else f"{text[:24]}..."


class SettingsFile:
    """The file of one data folder; None keeps the settings for as long as the screens run."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.settings, self.problems = Settings(), list[Problem]()
        self.missing = True
        """Whether there is none yet: the first run."""

    def read(self) -> Settings:
        """The settings, as far as they are good; see `problems` for the rest."""
        if self.path is None:
            return self.settings
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return self.settings
        except (OSError, UnicodeDecodeError) as error:
            self.missing = False
            self.problems = [Problem("settings_unreadable", {"detail": _why(error)})]
            return self.settings
        self.missing = False
        self.settings, self.problems = parsed(text)
        return self.settings

    def change(self, **changes: object) -> Problem | None:
        """Take in and write down; what could not be written counts until the screens end."""
        self.settings = replace(self.settings, **cast("dict[str, Any]", changes))
        if self.path is None:
            return None
        if self.problems:
            return Problem("settings_not_saved", {"detail": FILE_NAME})
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, self._text(changes).encode(), replace=True)
        except (OSError, ValueError) as error:
            return Problem("settings_not_saved", {"detail": _why(error)})
        self.missing = False
        return None

    def _text(self, changes: Mapping[str, object]) -> str:
        import tomlkit  # 60 ms that only a change has to wait for

        path = cast("Path", self.path)
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        for key, value in changes.items():
            if key in _ALARMS:
                if "alarms" not in document:
                    document["alarms"] = tomlkit.table()
                place = cast("dict[str, Any]", document["alarms"])
            else:
                place = cast("dict[str, Any]", document)
            if value is None:
                place.pop(key, None)
            else:
                place[key] = value
        text = tomlkit.dumps(document)
        _, problems = parsed(text)
        if problems:  # somebody else wrote into it meanwhile: theirs stays
            raise ValueError(FILE_NAME)
        return text


def _why(error: Exception) -> str:
    return error.strerror or FILE_NAME if isinstance(error, OSError) else FILE_NAME
