"""Write docs/commands.md from the command line's own parsers, or with --check compare only.

    python tests/support/commands_page.py [--check]

Made of the parsers' actions and not of their help texts, whose layout changes with Python.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import NOUNS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"

HEAD = """\
# Commands

`meshdefense NOUN ...`; every noun takes `--help`, and `meshdefense --version` says which version
it is. Answers go to stdout, everything else to stderr. This page is made of the program itself:
`python tests/support/commands_page.py`.

Words such as a kind, a severity or a verdict may be given in English or Spanish, by any unambiguous
beginning, or as their code; [protocol.md](protocol.md) lists them. Ids of items look like `3.0.17`;
`meshdefense alerts` shows them.
"""

EXIT_CODES = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "it went wrong in a way that no other code names; stderr says how",
    ExitCode.USAGE: "the arguments are wrong; nothing was done",
    ExitCode.NO_DAEMON: "no daemon runs for that data folder",
    ExitCode.REFUSED: "the value or the roles do not allow it; nothing was changed",
    ExitCode.NOT_FOUND: "no such alert, member or file",
    ExitCode.UNAVAILABLE: "disk or radio cannot take it now; nothing was accepted, try again",
    ExitCode.LOCKED: "wrong passphrase, the folder is in use, or the daemon is locked",
    ExitCode.DAMAGED: "the store or a file is damaged, foreign, or of a newer version",
    ExitCode.INCOMPLETE: "the demo ended and a report had not reached everybody",
    ExitCode.WAITING: "the decision waits until other organizers endorse it",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
}


@dataclass(frozen=True)
class Command:
    """One command with its own parser: a noun, or a noun with a verb."""

    name: str
    about: str
    parser: argparse.ArgumentParser

    @property
    def actions(self) -> list[argparse.Action]:
        """Its arguments and options, without --help."""
        return [
            action
            for action in self.parser._actions
            if not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))
        ]

    @property
    def options(self) -> set[str]:
        """Every spelling of its options."""
        return {text for action in self.actions for text in action.option_strings}


def commands() -> Iterator[Command]:
    """Every command that the program knows, in its own order."""
    for noun, about in NOUNS.items():
        parser = argparse.ArgumentParser(prog=noun)
        importlib.import_module(f"meshdefense.cli.{noun}").configure(parser)
        yield from _below(Command(noun, about, parser))


def _below(command: Command) -> Iterator[Command]:
    """The command itself, or its verbs where it has some."""
    verbs = [a for a in command.parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not verbs:
        yield command
    for found in verbs:
        abouts = {choice.dest: choice.help or "" for choice in found._choices_actions}
        for verb, inner in found.choices.items():
            yield from _below(Command(f"{command.name} {verb}", abouts[verb], inner))


def page() -> str:
    """The whole document."""
    parts = [HEAD]
    for command in commands():
        parts.append(f"\n## meshdefense {command.name}\n\n{_sentence(command.about)}\n")
        if command.actions:
            parts.append("\n| | |\n| --- | --- |\n")
            parts += [
                f"| `{_shape(action)}` | {_meaning(action)} |\n" for action in command.actions
            ]
    parts.append("\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n")
    parts += [f"| {code.value} | {EXIT_CODES[code]} |\n" for code in ExitCode]
    parts.append("\n`packet decode` ends with 1 when a receiver would drop what it explains.\n")
    return "".join(parts)


def _shape(action: argparse.Action) -> str:
    name = action.metavar or action.dest.upper()
    value = " ".join(name) if isinstance(name, tuple) else name.replace("|", "\\|")
    if action.choices is not None and action.metavar is None:
        value = "\\|".join(str(choice) for choice in action.choices)
    if not action.option_strings:
        return f"[{value}]" if action.nargs == "?" else value
    spelled = ", ".join(action.option_strings)
    return spelled if action.nargs == 0 else f"{spelled} {value}"


def _meaning(action: argparse.Action) -> str:
    text = (action.help or "").replace("|", "\\|")
    return f"{text} (required)" if action.required and action.option_strings else text


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    if arguments == ["--check"]:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        sys.stdout.write(
            "docs/commands.md is up to date\n" if same else "docs/commands.md is old\n"
        )
        return 0 if same else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
