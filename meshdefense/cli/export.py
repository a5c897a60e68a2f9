"""`meshdefense export FORMAT`: files for others, redacted unless somebody decides otherwise.

What will be written is shown first. Each export is noted in the node's own log, which
`meshdefense export log` lists, before its file is there.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshdefense import clock, language
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, folder_of, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.moments import moment, when
from meshdefense.cli.unlock import CliError, guarded
from meshdefense.paths import PathError
from meshdefense.safe_text import clean
from meshdefense.whole_file import write_whole
from meshdefense_protocol.words import KINDS, UnknownWordError

if TYPE_CHECKING:
    from meshdefense.exports.wish import Exported, Wish

__all__ = ["configure", "run"]

_FORMATS: Final = ("csv", "geojson", "gpx", "cap", "cot", "memo", "times", "log")
_EVENTS: Final = ("dispatch", "verdict", "respond")
"""What after-action times are counted from, beside the alerts' rows."""
_WINDOW: Final = 500
_YES: Final = ("yes", "sí", "si")
_PREVIEW_LINES: Final = 60
_STDOUT: Final = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "format", metavar="FORMAT", choices=_FORMATS,
        help=tr("csv, geojson, gpx, cap, cot, memo (one page) or times; log: what was exported"),
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="since", metavar="TIME",
        help=tr("reported since: 2026-05-01T14:30, or 90m, 6h, 2d ago (memo: a day ago)"),
    )  # fmt: skip
    parser.add_argument(
        "--to", dest="until", metavar="TIME", help=tr("reported before (default: now)")
    )
    parser.add_argument("--kind", metavar="KIND", help=tr("only this kind: a word or its code"))
    parser.add_argument(
        "--alert", metavar="ID", help=tr("only this alert; cap: the message itself")
    )
    parser.add_argument(
        "--full", action="store_true", help=tr("with names, exact places and notes; asks first")
    )
    parser.add_argument(
        "--out", metavar="FILE", help=tr("file to write; - is stdout (default: exports in --data)")
    )
    parser.add_argument("--force", action="store_true", help=tr("replace a file that is there"))
    parser.add_argument("--pdf", action="store_true", help=tr("memo: as PDF and not as Markdown"))
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_data(parser)
    add_json(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Make, show, ask, note, write."""
    if args.format == "log":
        return _log(args)
    wish, now = _wish(args), clock.now()
    out = _target(args, wish, now)
    if out is not None and out.exists() and not args.force:
        raise CliError(
            tr("{file} is there already; --force replaces it", file=out), ExitCode.REFUSED
        )
    if not args.yes and not sys.stdin.isatty():
        raise CliError(
            tr("an export has to be confirmed: say --yes, or use a terminal"), ExitCode.USAGE
        )
    code, exported = _made(args, wish, now)
    if exported is None:
        return code
    if out is None and sys.stdout.isatty() and not _is_text(exported.content):
        raise CliError(tr("that is no text for a terminal; name a file with --out"), ExitCode.USAGE)
    redacted = wish.redacted or wish.format == "memo"
    _show(exported, redacted=redacted, whole=not args.yes)
    if not args.yes:
        _ask(out)
    code, _ = request(
        args, "exported", format=wish.format, since=wish.since, until=wish.until,
        redacted=redacted, rows=exported.count, bytes=len(exported.content), sha256=exported.sha256,
    )  # fmt: skip
    if code != ExitCode.OK:
        return code
    return _written(args, out, exported, redacted=redacted)


# -- what is wanted ----------------------------------------------------------------------------


def _wish(args: argparse.Namespace) -> Wish:
    from meshdefense.exports.wish import Wish

    since = None if args.since is None else moment(args.since)
    until = None if args.until is None else moment(args.until)
    if since is not None and until is not None and since >= until:
        raise CliError(tr("--from is not before --to; nothing was written"), ExitCode.USAGE)
    if args.full and args.format == "memo":
        raise CliError(tr("a memo is always redacted; leave --full out"), ExitCode.USAGE)
    try:
        kind = None if args.kind is None else KINDS.find(args.kind).code
    except UnknownWordError as error:
        raise CliError(str(error), ExitCode.USAGE) from None
    pdf = args.pdf or str(args.out).lower().endswith(".pdf")
    return Wish(
        args.format, since, until, kind, args.alert, not args.full, language.current(), pdf=pdf
    )


def _target(args: argparse.Namespace, wish: Wish, now: float) -> Path | None:
    """The file to write; None for stdout."""
    from meshdefense.exports.incidents import stamp

    if args.out == _STDOUT:
        return None
    if args.out is not None:
        return Path(args.out)
    ends = {
        "cap": ".zip" if wish.alert is None else ".xml",
        "memo": ".pdf" if wish.pdf else ".md",
        "times": ".md",
    }
    name = f"{wish.format}-{stamp(now, compact=True)}{ends.get(wish.format, f'.{wish.format}')}"
    try:
        return folder_of(args).root / "exports" / name
    except PathError as error:
        raise CliError(str(error)) from None


def _made(args: argparse.Namespace, wish: Wish, now: float) -> tuple[int, Exported | None]:
    """Ask the daemon for the rows, and make the file in memory."""
    from meshdefense.exports.making import made
    from meshdefense.exports.wish import Rows

    code, changes = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code, None
    tables = changes["tables"]
    alerts = tables.get("alerts", [])
    if wish.alert is not None and all(row["id"] != wish.alert for row in alerts):
        raise CliError(tr("there is no alert {id} here", id=wish.alert), ExitCode.NOT_FOUND)
    events, kept_since = list[dict[str, Any]](), None
    before: int | None = None
    while wish.format in ("memo", "times"):
        code, page = request(args, "timeline", limit=_WINDOW, before=before, kinds=list(_EVENTS))
        if code != ExitCode.OK:
            return code, None
        events += page["rows"]
        before, kept_since = page["before"], page["kept_since"]
        if before is None:
            break
    rows = Rows(alerts, tables.get("members", []), tables["status"][0], events, kept_since)
    return ExitCode.OK, made(wish, rows, now)


def _is_text(content: bytes) -> bool:
    return not content.startswith((b"PK", b"%PDF"))


# -- showing and asking ------------------------------------------------------------------------


def _show(exported: Exported, *, redacted: bool, whole: bool) -> None:
    """What will be written, on stderr: stdout may be the file. Cleaned for the terminal."""
    lines = []
    if whole:
        rows = [line for row in exported.preview for line in row.splitlines()]
        lines = ["", tr("What will be written:"), ""]
        lines += [clean(line) for line in rows[:_PREVIEW_LINES]]
        if exported.more:
            lines.append(tr("... and {count} more rows.", count=exported.more))
        lines.append("")
    if exported.left_out:
        lines.append(tr("{count} alerts without a place are not in it.", count=exported.left_out))
    lines.append(
        tr(
            "Redacted: roles in place of names, cells of 250 m or more, no notes, no "
            "ids. In a small network a role and a time can still tell who it was."
        )
        if redacted
        else tr(
            "NOT REDACTED. Whoever gets this file learns: the handle of everybody who "
            "reported or confirmed; places as exactly as they were signed; every note; "
            "the name of the network. It cannot be called back, and others' lives may be "
            "in it. Leave --full out where you can."
        )
    )
    size, digest = len(exported.content), exported.sha256
    lines.append(
        tr(
            "{rows} rows, {bytes} bytes, sha256 {sha256}",
            rows=exported.count,
            bytes=size,
            sha256=digest,
        )
    )
    print("\n".join(lines), file=sys.stderr)


def _ask(out: Path | None) -> None:
    name = tr("standard output") if out is None else clean(str(out))
    print(tr("Write {file}? Type yes: ", file=name), end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().lower()
    if answer not in _YES:
        raise CliError(tr("nothing was written"), ExitCode.REFUSED)


# -- writing -----------------------------------------------------------------------------------


def _written(
    args: argparse.Namespace, out: Path | None, exported: Exported, *, redacted: bool
) -> int:
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(exported.content)
        return ExitCode.OK
    _write(args, out, exported.content)
    if args.json:
        answer = {
            "file": str(out), "format": args.format, "rows": exported.count,
            "bytes": len(exported.content), "sha256": exported.sha256, "redacted": redacted,
        }  # fmt: skip
        print(json.dumps(answer))
        return ExitCode.OK
    print(tr("Written: {file}", file=out))
    print(tr("It is noted in this node's log of exports: meshdefense export log"), file=sys.stderr)
    return ExitCode.OK


def _write(args: argparse.Namespace, path: Path, content: bytes) -> None:
    try:
        if args.out is None:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, content, replace=args.force)
    except FileExistsError:
        raise CliError(
            tr("{file} is there already; --force replaces it", file=path), ExitCode.REFUSED
        ) from None
    except OSError as error:
        raise CliError(
            tr("{file} cannot be written: {why}", file=path, why=error.strerror),
            ExitCode.UNAVAILABLE,
        ) from error


# -- the log -----------------------------------------------------------------------------------


def _log(args: argparse.Namespace) -> int:
    code, answer = request(args, "exports", limit=_WINDOW)
    if code != ExitCode.OK:
        return code
    if args.json:
        print(json.dumps(answer["exports"]))
        return ExitCode.OK
    for row in answer["exports"]:
        how = tr("redacted") if row["redacted"] else tr("FULL")
        print(
            tr(
                "{at}  {format:<8} {how}  {rows} rows, {bytes} bytes, by {name}, sha256 "
                "{sha256}", at=when(row["at"]), format=row["format"], how=how,
                rows=row["rows"], bytes=row["bytes"], name=clean(row["name"]), sha256=row["sha256"],
            )
        )  # fmt: skip
    if not answer["exports"]:
        print(tr("Nothing was exported."))
    return ExitCode.OK
