"""What the commands of organizers share: with the daemon or without it, and words aloud."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from meshdefense import language
from meshdefense.catalogue import tr, trn
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
            tr("another program uses {root}; nothing was changed", root=folder_of(args).root),
            ExitCode.LOCKED,
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
    """The spoken words of a key or network, in the language in use."""
    from meshdefense_protocol.spoken import spoken_words

    return " ".join(spoken_words(key, language.current()))


def waiting_lines(decision: dict[str, Any]) -> str:
    """What has to happen until a decision counts."""
    agreed = len(decision["agreed"])
    return tr(
        "{agreed} of {of} agree: now another organizer endorses it: meshdefense "
        "roster endorse {id}",
        agreed=agreed,
        of=agreed + decision["lacking"],
        id=decision["id"],
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
        trn(
            "The roster now has {count} member; decisions: {new} new, {known} known.",
            "The roster now has {count} members; decisions: {new} new, {known} known.",
            answer["members"],
            new=answer["new"],
            known=answer["known"],
        )
    ]
    if answer["refused"]:
        why = ", ".join(f"{count} {reason}" for reason, count in answer["refused"].items())
        lines.append(tr("Refused: {why}.", why=why))
    if answer["keys"]:
        lines.append(tr("The keys in it are yours now."))
    if answer["epoch"] != answer["epoch_before"]:
        lines.append(tr("The keys in force are those of epoch {epoch}.", epoch=answer["epoch"]))
    return "\n".join(lines)
