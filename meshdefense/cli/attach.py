"""Talking to the daemon from the command line: one request, or the rows, and its errors."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.gone_streams import told
from meshdefense.cli.locked_words import refusal_words
from meshdefense.cli.passphrases import CliError, add_passphrase, old_passphrase, share_of
from meshdefense.paths import DataFolder, PathError
from meshdefense.safe_text import clean, clean_lines
from meshdefense.sentences import translated
from meshdefense.storage.errors import DeviceShareError, PassphraseFileError

__all__ = [
    "add_data",
    "add_data_and_json",
    "add_json",
    "complain",
    "complain_lines",
    "folder_of",
    "request",
    "sent",
    "unlocked",
    "with_daemon",
]

T = TypeVar("T")
_WHILE_LOCKED: Final = frozenset({"lock", "panic", "sos", "status", "stop"})
"""Requests for which nobody has to unlock."""
_CODES: Final = {
    "bad_request": ExitCode.USAGE,
    "bad_value": ExitCode.REFUSED,
    "forbidden": ExitCode.REFUSED,
    "not_found": ExitCode.NOT_FOUND,
    "unavailable": ExitCode.UNAVAILABLE,
    "locked": ExitCode.LOCKED,
    "wait": ExitCode.LOCKED,
    "wrong_passphrase": ExitCode.LOCKED,
}


def add_data(parser: argparse.ArgumentParser, *, unlocks: bool = True) -> None:
    """The option that names the data folder, and those that unlock a daemon on the way."""
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help=tr("data folder of the node (default: your own)")
    )
    if unlocks:
        add_passphrase(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option for programs."""
    parser.add_argument("--json", action="store_true", help=tr("JSON on stdout, for programs"))


def add_data_and_json(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Both for each verb of a noun."""
    for verb in verbs.choices.values():
        add_data(verb)
        add_json(verb)


def folder_of(args: argparse.Namespace) -> DataFolder:
    """The data folder that was named, or the default one."""
    return DataFolder(args.data) if args.data is not None else DataFolder.default()


def complain(message: str, hint: str = "") -> None:
    """An error for people, on stderr; what the daemon says in English, in the language in use.

    One line each: what it quotes may come from anybody, and must not look like another line.
    """
    _print([clean(message)], [clean(hint)] if hint else [])


def complain_lines(message: str, hint: str = "") -> None:
    """The same for what was found out on this computer and says several things, a line each."""
    _print(clean_lines(message.split("\n")) or [""], clean_lines(hint.split("\n")))


def _print(lines: Sequence[str], hints: Sequence[str]) -> None:
    """Only the first line begins with the program's name; the others stand below it."""
    first, *more = map(translated, (*lines, *hints))
    told(sys.stderr, "\n  ".join([f"meshdefense: {first}", *more]))


def with_daemon(
    args: argparse.Namespace,
    talk: Callable[[NodeClient], Awaitable[int]],
    *,
    while_locked: bool = False,
) -> int:
    """Connect, let `talk` speak, close; every error of the daemon becomes a text and a code.

    A locked daemon is unlocked first, by a person or a file, unless `talk` does without.
    """

    async def run() -> int:
        client = await NodeClient.connect(folder_of(args).socket, client="cli")
        try:
            if not while_locked and client.hello is not None and client.hello.get("locked"):
                await unlocked(args, client)
            try:
                return await talk(client)
            except ApiError as error:
                if error.code != "locked" or while_locked:
                    raise
                await unlocked(args, client)  # it was locked just now
                return await talk(client)
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except DaemonGoneError:
        data = f" --data {args.data}" if args.data is not None else ""
        complain(
            tr("no daemon runs for {root}. Nothing was sent.", root=folder_of(args).root),
            tr(
                "start it in another terminal: meshdefense run{data} --radio tcp:HOST:PORT",
                data=data,
            ),
        )
        return ExitCode.NO_DAEMON
    except CliError as error:
        complain(str(error), error.hint)
        return error.code
    except (PassphraseFileError, DeviceShareError) as error:
        complain(str(error))
        return ExitCode.LOCKED
    except PathError as error:
        complain(str(error))
        return ExitCode.FAILED
    except ApiError as error:
        hint = (
            tr("the next try counts in {seconds} s", seconds=math.ceil(error.wait_s))
            if error.wait_s
            else error.hint
        )
        complain(refusal_words(error.code) or error.message, hint)
        return _CODES.get(error.code, ExitCode.FAILED)


async def unlocked(args: argparse.Namespace, client: NodeClient) -> None:
    """Unlock the daemon by file or prompt. Raises CliError, ApiError, StorageError."""
    if args.passphrase_file is None and not sys.stdin.isatty():
        raise CliError(
            tr("this node is locked"),
            ExitCode.LOCKED,
            tr("unlock it in a terminal, meshdefense unlock, or use --passphrase-file"),
        )
    passphrase, share = old_passphrase(args), share_of(args)
    shared = {} if share is None else {"share": share.hex()}
    await client.call("unlock", passphrase=passphrase.decode("utf-8", "surrogateescape"), **shared)


def request(args: argparse.Namespace, method: str, **params: Any) -> tuple[int, Any]:
    """One request; returns exit code and result (None unless the code is OK)."""
    result: Any = None

    async def talk(client: NodeClient) -> int:
        nonlocal result
        given = {name: value for name, value in params.items() if value is not None}
        result = await client.call(method, **given)
        if method == "changes" and result.get("locked"):
            raise ApiError("locked", tr("this node is locked"))
        return ExitCode.OK

    return with_daemon(args, talk, while_locked=method in _WHILE_LOCKED), result


def sent(args: argparse.Namespace, what: str, method: str, **params: Any) -> int:
    """Submit something of one's own and say what is proven of it: it is signed and stored."""
    code, result = request(args, method, **params)
    if code != ExitCode.OK:
        return code
    if args.json:
        print(json.dumps(result))
    else:
        print(
            tr(
                "{what} {id}: signed and stored here ({bytes} bytes on the air)",
                what=what,
                id=result["id"],
                bytes=result["bytes"],
            )
        )
    return ExitCode.OK
