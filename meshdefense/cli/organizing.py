"""What the commands of organizers share: with the daemon or without it, and words aloud."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any, Final

from meshdefense.cli.attach import folder_of, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.unlock import CliError, opened_store, read_file
from meshdefense.paths import FolderBusyError

__all__ = ["aloud", "done", "request_text", "say", "taken_text", "waiting_lines"]

CODE_PREFIX: Final = "MDREQ1:"


def done(args: argparse.Namespace, method: str, **params: Any) -> dict[str, Any]:
    """One method of the API: on the store itself, or by the daemon that uses it.

    Raises CliError, ProtocolError, StorageError; SystemExit once the daemon's error is told.
    """
    from meshdefense.node.enrolling import ENROLLING
    from meshdefense.node.offline import perform

    try:
        with opened_store(args) as store:
            return perform(store, ENROLLING[method], params)
    except FolderBusyError:
        pass
    code, result = request(args, method, **params)
    if code == ExitCode.NO_DAEMON:
        raise CliError(
            f"another program uses {folder_of(args).root}; nothing was changed", ExitCode.LOCKED
        )
    if code != ExitCode.OK:
        raise SystemExit(code)  # request() has said why
    return dict(result)


def request_text(given: str) -> str:
    """A request that was given as a file's name, or as its code."""
    if given.lstrip().upper().startswith(CODE_PREFIX):
        return given
    return read_file(Path(given))


def aloud(key: bytes) -> str:
    """The spoken words of a key or network, in Spanish where the system is set to it."""
    from meshdefense_protocol.spoken import spoken_words

    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return " ".join(spoken_words(key, "es" if said.lower().startswith("es") else "en"))


def waiting_lines(decision: dict[str, Any]) -> str:
    """What has to happen until a decision counts."""
    agreed = len(decision["agreed"])
    return (
        f"{agreed} of {agreed + decision['lacking']} agree: now another organizer endorses it: "
        f"meshdefense roster endorse {decision['id']}"
    )


def say(args: argparse.Namespace, answer: dict[str, Any], text: str) -> int:
    """Print an answer for programs or for people; the code says whether a decision waits."""
    print(json.dumps(answer) if args.json else text)
    decision = answer.get("decision")
    waits = decision is not None and not decision["counts"]
    return ExitCode.WAITING if waits else ExitCode.OK


def taken_text(answer: dict[str, Any]) -> str:
    """What became of a file with decisions."""
    lines = [
        f"The roster now has {answer['members']} members; "
        f"{answer['new']} decisions were new, {answer['known']} known."
    ]
    if answer["refused"]:
        why = ", ".join(f"{count} {reason}" for reason, count in answer["refused"].items())
        lines.append(f"Refused: {why}.")
    if answer["keys"]:
        lines.append("The keys in it are yours now.")
    if answer["epoch"] != answer["epoch_before"]:
        lines.append(f"The keys in force are those of epoch {answer['epoch']}.")
    return "\n".join(lines)
