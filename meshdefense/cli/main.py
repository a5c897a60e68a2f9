"""`meshdefense NOUN ...`: finds the noun, imports only its module, runs it.

Answers go to stdout, everything else to stderr. No traceback reaches a user unless the
program itself is at fault.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from meshdefense import __version__
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["NOUNS", "main"]

NOUNS: Final = {
    "demo": "see it work: seven nodes on virtual radios, with a story",
    "network": "create a network",
    "member": "ask to be let in, let people in, join",
    "roster": "who belongs to the network, and what its organizers decide",
    "lost": "a radio or computer is lost: what its finder has, and new keys for the others",
    "rekey": "new keys for everybody, without a loss",
    "run": "run this node's daemon: radio, keys and store",
    "lock": "let the daemon answer nothing but counts until somebody unlocks it",
    "unlock": "unlock a daemon that was locked",
    "passphrase": "change the passphrase, or set a duress passphrase",
    "recovery": "print a recovery sheet, or use one",
    "panic": "destroy this node's keys and data at once",
    "tui": "the operator's screen",
    "status": "what this node is doing",
    "mesh": "health of the mesh: airtime, neighbours, gaps, what waits",
    "report": "report something that was seen",
    "alerts": "list or follow alerts",
    "dispatch": "ask somebody to go and look at an alert",
    "verify": "give a verdict on an alert",
    "broadcast": "raise the wide alarm about a verified alert",
    "respond": "say that you go to an alert, are there, or have finished",
    "escalate": "let more people look at an alert now",
    "close": "say that an alert is over",
    "retract": "take an own report back",
    "acknowledge": "say that you have read an alert or message",
    "sos": "call for help, and see who has it",
    "standdown": "order that everybody leaves an area",
    "rollcall": "ask everybody how they are, and answer",
    "checkin": "say how you are, and when you will say so again",
    "position": "share where you are",
    "patrols": "list patrols and overdue check-ins",
    "message": "send a short message, or list messages",
    "packet": "explain the bytes of a frame",
    "radio": "virtual radios",
    "sim": "play scenarios in virtual time, and explain what became of an alert",
    "promises": "what this program promises, and what it does not",
    "stop": "end this node's daemon",
}
"""Each noun lives in the module of its name in this package, with `configure` and `run`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    try:
        try:
            return _run(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            sys.stdout.flush()  # here, also after --help: at the exit it is too late for an answer
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # `meshdefense alerts | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK


def _run(given: list[str]) -> int:
    if given[:1] == ["--version"]:
        print(f"meshdefense {__version__}")
        return ExitCode.OK
    if not given or given[0] in ("-h", "--help", "help"):
        print(_help())
        return ExitCode.OK if given else ExitCode.USAGE
    noun = given[0]
    if noun not in NOUNS:
        near = difflib.get_close_matches(noun, NOUNS, n=1, cutoff=0.4)
        guess = f"; the nearest is {near[0]!r}" if near else ""
        print(
            f"meshdefense: there is no {noun!r}{guess}. `meshdefense --help` lists everything.",
            file=sys.stderr,
        )
        return ExitCode.USAGE
    module = importlib.import_module(f"meshdefense.cli.{noun}")
    parser = argparse.ArgumentParser(
        prog=f"meshdefense {noun}",
        description=NOUNS[noun][0].upper() + NOUNS[noun][1:] + ".",
        allow_abbrev=False,
    )
    module.configure(parser)
    return int(module.run(parser.parse_args(given[1:])))


def _help() -> str:
    width = max(len(noun) for noun in NOUNS)
    lines = [f"  {noun:<{width}}  {text}" for noun, text in NOUNS.items()]
    return (
        "MeshDefense: signed, sealed alerts over mesh radio, without phones or internet.\n\n"
        "meshdefense NOUN [...]       meshdefense NOUN --help       meshdefense --version\n\n"
        + "\n".join(lines)
        + "\n\nBegin with: meshdefense demo"
    )


if __name__ == "__main__":
    sys.exit(main())
