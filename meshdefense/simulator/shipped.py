"""Scenario files: the ones that come with the program, by name, and any others, by path."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path

from meshdefense.air.scenario import Scenario, ScenarioError, parse_scenario

__all__ = ["load", "names"]


def names() -> list[str]:
    """The scenarios that come with the program, sorted."""
    folder = resources.files("meshdefense.simulator").joinpath("scenarios")
    return sorted(
        entry.name.removesuffix(".json")
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    )


def load(name: str) -> Scenario:
    """The scenario in the file `name`, or the shipped one of that name.

    Raises ScenarioError, which names the file and the field; FileNotFoundError when there is
    neither, with the nearest name.
    """
    path = Path(name)
    if path.suffix == ".json" or path.exists():
        return _read(path)
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        raise FileNotFoundError(f"there is no file and no scenario {name!r}; {hint}")
    text = (
        resources.files("meshdefense.simulator")
        .joinpath("scenarios", f"{name}.json")
        .read_text(encoding="utf-8")
    )
    return _parse(name, text)


def _read(path: Path) -> Scenario:
    try:
        if path.is_fifo():
            raise ScenarioError(f"{path}: is a pipe, not a file")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no file {str(path)!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read: {error}") from None
    return _parse(str(path), text)


def _parse(name: str, text: str) -> Scenario:
    try:
        return parse_scenario(text)
    except ScenarioError as error:
        raise ScenarioError(f"{name}: {error}") from None
