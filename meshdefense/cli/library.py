"""`meshdefense library ...`: documents that organizers signed, to be read without a network.

With the daemon or without it, as all commands of organizers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data_and_json, with_daemon
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.roster import confirmed
from meshdefense.cli.unlock import CliError, guarded, opened_store, read_file, write_new_file
from meshdefense.exports.words import Said
from meshdefense.paths import FolderBusyError
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.api.client import NodeClient
    from meshdefense.storage.repository import Store

__all__ = ["configure", "run"]

_Call = Callable[..., Any]
"""One method of the API by its name, with its parameters. Raises CliError for what is refused."""

_WARNINGS: Final = {
    "placeholder": Said(
        "PLACEHOLDER: comes with the program, nobody signed it. Replace it.",
        "PROVISIONAL: viene con el programa, nadie lo firmó. Reemplácelo.",
    ),
    "revoked": Said(
        "CAREFUL: the organizers revoked the member who signed this.",
        "CUIDADO: los organizadores expulsaron a quien firmó esto.",
    ),
    "not-organizer": Said(
        "CAREFUL: the member who signed this is no organizer any more.",
        "CUIDADO: quien firmó esto ya no es organizador.",
    ),
    "unknown-author": Said(
        "CAREFUL: the roster here does not know who signed this.",
        "CUIDADO: la lista de miembros de aquí no conoce a quien firmó esto.",
    ),
    "damaged": Said(
        "DO NOT TRUST THIS: its signature does not fit.",
        "NO SE FÍE: la firma no corresponde.",
    ),
}
_REFUSALS: Final = {
    "bad_value": ExitCode.REFUSED,
    "forbidden": ExitCode.REFUSED,
    "not_found": ExitCode.NOT_FOUND,
}
_TEXTS: Final = {
    "signed": Said(
        "version {version} of {date}, signed by {name}",
        "versión {version} del {date}, firmado por {name}",
    ),
    "added": Said(
        "{id} ({language}), version {version}: signed and kept here. Others take it from a file: "
        "meshdefense library export FILE",
        "{id} ({language}), versión {version}: firmado y guardado aquí. Los demás lo toman de un "
        "archivo: meshdefense library export ARCHIVO",
    ),
    "exported": Said(
        "{count} documents written to {file}. It holds no secrets.",
        "{count} documentos escritos en {file}. No lleva secretos.",
    ),
    "nothing": Said(
        "there is no signed document to export", "no hay ningún documento firmado que exportar"
    ),
    "new": Said("taken: {id} ({language}), version {version}",
                "tomado: {id} ({language}), versión {version}"),
    "known": Said("known already: {id} ({language}), version {version}",
                  "ya conocido: {id} ({language}), versión {version}"),
    "refused": Said("refused: {why}", "rechazado: {why}"),
    "removed": Said("{id} ({language}) is removed from this node; others keep theirs.",
                    "{id} ({language}) se quitó de este nodo; los demás conservan el suyo."),
    "remove": Said("{id} ({language}) will be gone from this node.",
                   "{id} ({language}) se quitará de este nodo."),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help=tr("every document, and who signed it"))
    show = verbs.add_parser("show", help=tr("read one"))
    add = verbs.add_parser("add", help=tr("sign a text and keep it; organizers only"))
    add.add_argument(
        "file", type=Path, metavar="FILE", help=tr("Markdown or plain text, up to 64 KiB")
    )
    add.add_argument(
        "--id", metavar="ID", help=tr("its name, the same in every language (default: the file's)")
    )
    add.add_argument("--title", required=True, help=tr("title, in one line"))
    add.add_argument(
        "--version", type=int, metavar="N", help=tr("default: the next one after what is here")
    )
    export = verbs.add_parser("export", help=tr("write documents into a file for others"))
    export.add_argument("file", type=Path, metavar="FILE", help=tr("file to write"))
    taken = verbs.add_parser("import", help=tr("take the documents of a file"))
    taken.add_argument("file", type=Path, metavar="FILE", help=tr("file from another member"))
    remove = verbs.add_parser("remove", help=tr("forget one on this node"))
    for verb in (show, remove):
        verb.add_argument("id", metavar="ID", help=tr("as `library list` shows it"))
    remove.add_argument("--yes", action="store_true", help=tr("do not ask"))
    for verb in (show, add, remove):
        verb.add_argument(
            "--language", choices=tuple(language.LANGUAGES), required=verb is add,
            help=tr("of the document"),
        )  # fmt: skip
    add_data_and_json(verbs)


@guarded
def run(args: argparse.Namespace) -> int:
    """Do what the verb says; while the daemon runs, through the daemon."""
    verbs = {
        "list": _list,
        "show": _show,
        "add": _add,
        "export": _export,
        "import": _import,
        "remove": _remove,
    }
    with _library(args) as call:
        return verbs[args.verb](args, call)


@contextlib.contextmanager
def _library(args: argparse.Namespace) -> Iterator[_Call]:
    """The methods on the store itself, which is opened once; or by the daemon that uses it."""
    with contextlib.ExitStack() as stack:
        try:
            store = stack.enter_context(opened_store(args))
        except FolderBusyError:
            yield lambda method, **params: _asked(args, method, params)
        else:
            yield lambda method, **params: _performed(store, method, params)


def _performed(store: Store, method: str, params: dict[str, Any]) -> Any:
    from meshdefense.node.asked import NotFoundError
    from meshdefense.node.library import LIBRARY
    from meshdefense.node.offline import perform
    from meshdefense_protocol.errors import ProtocolError

    try:
        return perform(store, LIBRARY[method], params)
    except NotFoundError as error:
        raise CliError(str(error), ExitCode.NOT_FOUND) from None
    except ProtocolError as error:
        raise CliError(str(error), ExitCode.REFUSED) from None


def _asked(args: argparse.Namespace, method: str, params: dict[str, Any]) -> Any:
    answer: Any = None
    refused: CliError | None = None

    async def talk(client: NodeClient) -> int:
        nonlocal answer, refused
        from meshdefense.api.client import ApiError

        given = {name: value for name, value in params.items() if value is not None}
        try:
            answer = await client.call(method, **given)
        except ApiError as error:
            if error.code not in _REFUSALS:
                raise
            refused = CliError(error.message, _REFUSALS[error.code])
        return ExitCode.OK

    code = with_daemon(args, talk)
    if refused is not None:
        raise refused
    if code != ExitCode.OK:
        raise SystemExit(code)  # with_daemon() has said why
    return answer


def _say(name: str, /, **values: object) -> str:
    return _TEXTS[name].text(language.current(), **values)


def _warning(row: dict[str, Any]) -> str:
    said = _WARNINGS.get(row["warning"])
    return "" if said is None else said.text(language.current())


def _print(args: argparse.Namespace, answer: Any, lines: Sequence[str]) -> int:
    print(json.dumps(answer) if args.json else "\n".join(lines))
    return ExitCode.OK


def _list(args: argparse.Namespace, call: _Call) -> int:
    rows = call("library_list")["documents"]
    lines = []
    for row in rows:
        lines.append(f"{row['id']:<20} {row['language']}  {clean(row['title'])}")
        if row["version"]:
            lines.append(f"{'':<25}{_signature(row)}")
        if row["warning"]:
            lines.append(f"{'':<25}{_warning(row)}")
    return _print(args, rows, lines)


def _signature(row: dict[str, Any]) -> str:
    name = clean(str(row["author_name"]))
    return _say("signed", version=row["version"], date=clean(str(row["date"])), name=name)


def _show(args: argparse.Namespace, call: _Call) -> int:
    tongue = args.language or language.current()
    row = call("library_show", id=args.id, language=tongue)
    head = [_warning(row)] if row["warning"] else []
    head += [_signature(row)] if row["version"] else []
    return _print(args, row, [*head, "", *map(clean, row["lines"])])


def _add(args: argparse.Namespace, call: _Call) -> int:
    text = read_file(args.file)
    row = call(
        "library_add",
        id=args.id or args.file.stem,
        title=args.title,
        language=args.language,
        format="markdown" if args.file.suffix.lower() in (".md", ".markdown") else "text",
        version=args.version,
        text=text,
    )
    named = {name: row[name] for name in ("id", "language", "version")}
    return _print(args, row, [_say("added", **named)])


def _export(args: argparse.Namespace, call: _Call) -> int:
    from meshdefense.library.bundle import bundle_text

    rows = [row for row in call("library_list")["documents"] if row["version"]]
    if not rows:
        raise CliError(_say("nothing"), ExitCode.NOT_FOUND)
    texts = [
        call("library_give", id=row["id"], language=row["language"])["document"] for row in rows
    ]
    write_new_file(args.file, bundle_text(texts))
    answer = {"file": str(args.file), "documents": len(texts)}
    return _print(args, answer, [_say("exported", count=len(texts), file=args.file)])


def _import(args: argparse.Namespace, call: _Call) -> int:
    """Take what is in order; what is refused is named, and the others are taken all the same."""
    from meshdefense.library.bundle import BUNDLE_MAX, read_bundle

    answers, lines, refused = [], [], 0
    for text in read_bundle(read_file(args.file, BUNDLE_MAX)):
        try:
            row = call("library_take", document=text)
        except CliError as error:
            row = {"refused": str(error)}
        answers.append(row)
        if "refused" in row:
            refused += 1
            lines.append(_say("refused", why=clean(row["refused"])))
        else:
            named = {name: row[name] for name in ("id", "language", "version")}
            lines.append(_say("new" if row["new"] else "known", **named))
    _print(args, {"documents": answers}, lines)
    return ExitCode.REFUSED if refused else ExitCode.OK


def _remove(args: argparse.Namespace, call: _Call) -> int:
    named = {"id": clean(args.id), "language": args.language or language.current()}
    confirmed(args, _say("remove", **named))
    call("library_remove", id=args.id, language=named["language"])
    return _print(args, named, [_say("removed", **named)])
