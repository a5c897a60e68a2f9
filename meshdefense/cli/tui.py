"""`meshdefense tui`: the terminal screens, attached to a daemon that runs or will run."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from meshdefense import language as languages
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, complain, folder_of
from meshdefense.cli.browsing import add_web, browsing, in_a_tab
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import DataFolder, PathError

__all__ = ["THEMES", "configure", "run"]

THEMES = ("dark", "light", "night-red", "high-contrast", "ansi", "mono")
"""As in meshdefense_tui.settings, which this command imports only when it shows the screens."""


class _Unsaid(str):
    """A language that nobody asked for on this command line: the settings may say another."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `meshdefense tui`."""
    add_data(parser, unlocks=False)
    parser.add_argument(
        "--ascii",
        action="store_true",
        help=tr("no characters beyond ASCII in frames, signs and map"),
    )
    parser.add_argument(
        "--language",
        choices=tuple(languages.LANGUAGES),
        default=_Unsaid(languages.current()),
        help=tr("English or Spanish"),
    )
    parser.add_argument(
        "--theme",
        choices=THEMES,
        metavar="NAME",
        help=tr("colours: {names}", names=", ".join(THEMES)),
    )
    parser.add_argument("--big", action="store_true", help=tr("large digits and one list"))
    first = parser.add_mutually_exclusive_group()
    first.add_argument(
        "--setup", action="store_true", help=tr("go through the questions of the first run")
    )
    first.add_argument(
        "--no-setup", action="store_true", help=tr("ask nothing, also on the first run")
    )
    add_web(parser)


def run(args: argparse.Namespace) -> int:
    """Show the screens until the person leaves."""
    if args.web:
        from meshdefense_tui import browse  # lazy, as below

        return browsing(args, folder_of(args).root, browse)
    if not in_a_tab() and not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain(
            tr("the screens need a terminal, and this is none"),
            tr("for plain lines: meshdefense alerts"),
        )
        return ExitCode.USAGE
    folder = folder_of(args)
    try:
        socket_path = folder.socket
    except PathError as error:
        complain(str(error))
        return ExitCode.FAILED
    # slow lines: no animations, and half the frames (read when Textual is imported)
    if "SSH_CONNECTION" in os.environ:
        os.environ.setdefault("TEXTUAL_FPS", "30")
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    calm = os.environ.get("TEXTUAL_ANIMATIONS") == "none"  # a person's own word, before ours
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

    from meshdefense_tui import run as show  # the one import of the screens, and a lazy one
    from meshdefense_tui import settings_of

    settings = settings_of(folder.root)
    chosen = settings.settings.language if isinstance(args.language, _Unsaid) else None
    if languages.current() != languages.of_environment(os.environ):
        chosen = None  # asked for before the noun
    language = chosen or str(args.language)
    languages.use(language)
    return show(
        socket_path,
        ascii_only=args.ascii or settings.settings.glyphs == "ascii",
        language=language,
        start_hint=lambda code: start_hint(folder, code),
        settings=settings,
        theme=args.theme,
        big=args.big,
        setup=args.setup or (settings.missing and not args.no_setup and not in_a_tab()),
        calm=calm,
        expected=_has_network(folder),
        data_option="" if args.data is None else f"--data {shlex.quote(str(args.data))}",
        maps=folder.root / "maps",
        destroy=lambda answered: _destroyed(folder, answered),
    )


def _destroyed(folder: DataFolder, answered: bool) -> bool:
    """The rest of a panic: what the daemon left, or all of it when none `answered`."""
    from meshdefense import panic
    from meshdefense.cli.panic import end_holder

    if not answered:
        end_holder(folder)
    return not panic.destroy(folder)


def _has_network(folder: DataFolder) -> bool:
    """Whether a daemon could run there."""
    return folder.keyslot.exists() or folder.store.exists()


def start_hint(folder: DataFolder, language: str) -> str:
    """What to type when no daemon was ever heard."""
    root = shlex.quote(str(folder.root))
    command = f"meshdefense run --data {root} --radio ..."
    with languages.speaking(language):
        if not _has_network(folder):
            return tr(
                "no daemon is running for {folder}, and no network is there yet. Press : and type "
                "first run, which tells how to make or join one, or leave and type: "
                "meshdefense demo",
                folder=folder.root,
            )
        return tr(
            "no daemon is running for {folder}; start it: {command}",
            folder=folder.root,
            command=command,
        )
