"""`meshdefense NOUN ...`: finds the noun, imports only its module, runs it.

Answers go to stdout, everything else to stderr. No traceback reaches a user unless the
program itself is at fault.
"""

from __future__ import annotations

import argparse
import gettext
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from meshdefense import __version__, language
from meshdefense.catalogue import DOMAIN, LOCALE, N_, tr
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["NOUNS", "main"]

NOUNS: Final = {
    "demo": N_("see it work: seven nodes on virtual radios, with a story"),
    "network": N_("create a network"),
    "member": N_("ask to be let in, let people in, join"),
    "roster": N_("who belongs to the network, and what its organizers decide"),
    "lost": N_("a radio or computer is lost: what its finder has, and new keys for the others"),
    "rekey": N_("new keys for everybody, without a loss"),
    "run": N_("run this node's daemon: radio, keys and store"),
    "lock": N_("let the daemon answer nothing but counts until somebody unlocks it"),
    "unlock": N_("unlock a daemon that was locked"),
    "passphrase": N_("change the passphrase, or set a duress passphrase"),
    "recovery": N_("print a recovery sheet, or use one"),
    "panic": N_("destroy this node's keys and data at once"),
    "tui": N_("the operator's screen"),
    "status": N_("what this node is doing"),
    "mesh": N_("health of the mesh: airtime, neighbours, gaps, what waits"),
    "report": N_("report something that was seen"),
    "alerts": N_("list or follow alerts"),
    "dispatch": N_("ask somebody to go and look at an alert"),
    "verify": N_("give a verdict on an alert"),
    "broadcast": N_("raise the wide alarm about a verified alert"),
    "respond": N_("say that you go to an alert, are there, or have finished"),
    "escalate": N_("let more people look at an alert now"),
    "close": N_("say that an alert is over"),
    "retract": N_("take an own report back"),
    "acknowledge": N_("say that you have read an alert or message"),
    "sos": N_("call for help, and see who has it"),
    "standdown": N_("order that everybody leaves an area"),
    "rollcall": N_("ask everybody how they are, and answer"),
    "checkin": N_("say how you are, and when you will say so again"),
    "position": N_("share where you are"),
    "patrols": N_("list patrols and overdue check-ins"),
    "message": N_("send a short message, or list messages"),
    "export": N_("files for others: tables, maps, CAP, a daily memo; redacted by default"),
    "stock": N_("people with stock radios: what they are told, and their unsigned reports"),
    "library": N_("signed documents to read offline: rights, phone numbers, protocols"),
    "map": N_("streets for the screens: import, list, search and remove maps"),
    "packet": N_("explain the bytes of a frame"),
    "radio": N_("prepare, prove and replace a network's radios; plan airtime; virtual radios"),
    "sim": N_("play scenarios in virtual time, and explain what became of an alert"),
    "promises": N_("what this program promises, and what it does not"),
    "stop": N_("end this node's daemon"),
}
"""Each noun lives in the module of its name in this package, with `configure` and `run`."""
_HAVE_THEIR_OWN: Final = frozenset({"demo", "library", "promises", "report", "tui"})
"""Nouns with an option --language."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code."""
    code: int = ExitCode.OK  # of what was cut short in the middle, `meshdefense alerts | head`
    try:
        try:
            code = _run(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            sys.stdout.flush()  # here, also after --help: at the exit it is too late for an answer
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        from meshdefense.cli.gone_streams import silence

        silence(sys.stdout)
        silence(sys.stderr)  # `2>&1 | head`
    return code


def _run(given: list[str]) -> int:
    if (name := _language_of(given)) is not None:
        if name not in language.LANGUAGES:
            _refuse(
                tr(
                    "there is no language {name!r}; it is {names}",
                    name=name,
                    names=", ".join(language.LANGUAGES),
                )
            )
            return ExitCode.USAGE
        language.use(name)
    if given[:1] == ["--version"]:
        print(f"meshdefense {__version__}")
        return ExitCode.OK
    if not given or given[0] in ("-h", "--help", "help"):
        print(_help())
        return ExitCode.OK if given else ExitCode.USAGE
    noun = given[0]
    if noun not in NOUNS:
        import difflib  # only who mistypes waits for it

        near = difflib.get_close_matches(noun, NOUNS, n=1, cutoff=0.4)
        guess = tr("; the nearest is {noun!r}", noun=near[0]) if near else ""
        _refuse(
            tr(
                "there is no {noun!r}{guess}. `meshdefense --help` lists everything.",
                noun=noun,
                guess=guess,
            )
        )
        return ExitCode.USAGE
    _localize_argparse()
    module = importlib.import_module(f"meshdefense.cli.{noun}")
    about = tr(NOUNS[noun])
    parser = argparse.ArgumentParser(
        prog=f"meshdefense {noun}",
        description=about[0].upper() + about[1:] + ".",
        allow_abbrev=False,
    )
    module.configure(parser)
    return int(module.run(parser.parse_args(given[1:])))


def _language_of(given: list[str]) -> str | None:
    """What --language says, taken out of what was `given`; None where nobody says it.

    It stands before the noun or after it. Some nouns have such an option of their own: it stays
    there, and `report` means the language of a text by it.
    """
    for at, word in enumerate(given):
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option != "--language" or (not equals and at + 1 == len(given)):
            continue
        noun = given[0] if at else ""
        if noun == "report":
            return None
        name = value if equals else given[at + 1]
        if noun not in _HAVE_THEIR_OWN:
            del given[at : at + (1 if equals else 2)]
        return name
    return None


def _localize_argparse() -> None:
    """Let argparse find its own words: it asks gettext for the default domain, by LANGUAGE."""
    if language.current() != language.ENGLISH:
        os.environ["LANGUAGE"] = language.current()
        gettext.bindtextdomain(DOMAIN, LOCALE)
        gettext.textdomain(DOMAIN)


def _refuse(message: str) -> None:
    print(f"meshdefense: {message}", file=sys.stderr)


def _help() -> str:
    width = max(len(noun) for noun in NOUNS)
    lines = [f"  {noun:<{width}}  " + tr(text) for noun, text in NOUNS.items()]
    head = tr("MeshDefense: signed, sealed alerts over mesh radio, without phones or internet.")
    # in the language that is not in use: whoever needs this line cannot read the others
    spoken = tr("En español: meshdefense --language es NOUN, o MESHDEFENSE_LANGUAGE=es")
    return (
        f"{head}\n\n"
        + tr("meshdefense NOUN [...]       meshdefense NOUN --help       meshdefense --version")
        + "\n\n"
        + "\n".join(lines)
        + f"\n\n{spoken}\n"
        + tr("Begin with: meshdefense demo")
    )


if __name__ == "__main__":
    sys.exit(main())
