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
from meshdefense.cli.export_texts import TEXTS
from meshdefense.cli.moments import moment, when
from meshdefense.cli.unlock import CliError, guarded
from meshdefense.paths import PathError
from meshdefense.safe_text import clean
from meshdefense.whole_file import write_whole
from meshdefense_protocol.words import KINDS, UnknownWordError

if TYPE_CHECKING:
    from meshdefense.exports.making import Exported, Wish

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
    tongue = language.current()
    if args.format == "log":
        return _log(args, tongue)
    wish, now = _wish(args, tongue), clock.now()
    out = _target(args, wish, now)
    if out is not None and out.exists() and not args.force:
        raise CliError(_said("exists", tongue, file=out), ExitCode.REFUSED)
    if not args.yes and not sys.stdin.isatty():
        raise CliError(_said("needs_yes", tongue), ExitCode.USAGE)
    code, exported = _made(args, wish, now)
    if exported is None:
        return code
    if out is None and sys.stdout.isatty() and not _is_text(exported.content):
        raise CliError(_said("binary", tongue), ExitCode.USAGE)
    redacted = wish.redacted or wish.format == "memo"
    _show(exported, tongue, redacted=redacted, whole=not args.yes)
    if not args.yes:
        _ask(out, tongue)
    code, _ = request(
        args, "exported", format=wish.format, since=wish.since, until=wish.until,
        redacted=redacted, rows=exported.count, bytes=len(exported.content), sha256=exported.sha256,
    )  # fmt: skip
    if code != ExitCode.OK:
        return code
    return _written(args, out, exported, tongue, redacted=redacted)


# -- what is wanted ----------------------------------------------------------------------------


def _said(name: str, tongue: str, /, **values: object) -> str:
    return TEXTS[name].text(tongue, **values)


def _wish(args: argparse.Namespace, tongue: str) -> Wish:
    from meshdefense.exports.making import Wish

    since = None if args.since is None else moment(args.since)
    until = None if args.until is None else moment(args.until)
    if since is not None and until is not None and since >= until:
        raise CliError(_said("order", tongue), ExitCode.USAGE)
    if args.full and args.format == "memo":
        raise CliError(_said("memo_full", tongue), ExitCode.USAGE)
    try:
        kind = None if args.kind is None else KINDS.find(args.kind).code
    except UnknownWordError as error:
        raise CliError(str(error), ExitCode.USAGE) from None
    pdf = args.pdf or str(args.out).lower().endswith(".pdf")
    return Wish(args.format, since, until, kind, args.alert, not args.full, tongue, pdf=pdf)


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
    from meshdefense.exports.making import Rows, made

    code, changes = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code, None
    tables = changes["tables"]
    alerts = tables.get("alerts", [])
    if wish.alert is not None and all(row["id"] != wish.alert for row in alerts):
        raise CliError(_said("no_alert", wish.language, id=wish.alert), ExitCode.NOT_FOUND)
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


def _show(exported: Exported, tongue: str, *, redacted: bool, whole: bool) -> None:
    """What will be written, on stderr: stdout may be the file. Cleaned for the terminal."""
    lines = []
    if whole:
        rows = [line for row in exported.preview for line in row.splitlines()]
        lines = ["", _said("preview", tongue), ""]
        lines += [clean(line) for line in rows[:_PREVIEW_LINES]]
        if exported.more:
            lines.append(_said("more", tongue, count=exported.more))
        lines.append("")
    if exported.left_out:
        lines.append(_said("left_out", tongue, count=exported.left_out))
    lines.append(_said("redacted" if redacted else "full", tongue))
    size, digest = len(exported.content), exported.sha256
    lines.append(_said("sum", tongue, rows=exported.count, bytes=size, sha256=digest))
    print("\n".join(lines), file=sys.stderr)


def _ask(out: Path | None, tongue: str) -> None:
    name = _said("stdout", tongue) if out is None else clean(str(out))
    print(_said("ask", tongue, file=name), end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().lower()
    if answer not in _YES:
        raise CliError(_said("no", tongue), ExitCode.REFUSED)


# -- writing -----------------------------------------------------------------------------------


def _written(
    args: argparse.Namespace, out: Path | None, exported: Exported, tongue: str, *, redacted: bool
) -> int:
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(exported.content)
        return ExitCode.OK
    _write(args, out, exported.content, tongue)
    if args.json:
        answer = {
            "file": str(out), "format": args.format, "rows": exported.count,
            "bytes": len(exported.content), "sha256": exported.sha256, "redacted": redacted,
        }  # fmt: skip
        print(json.dumps(answer))
        return ExitCode.OK
    print(_said("done", tongue, file=out))
    print(_said("logged", tongue), file=sys.stderr)
    return ExitCode.OK


def _write(args: argparse.Namespace, path: Path, content: bytes, tongue: str) -> None:
    try:
        if args.out is None:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, content, replace=args.force)
    except FileExistsError:
        raise CliError(_said("exists", tongue, file=path), ExitCode.REFUSED) from None
    except OSError as error:
        raise CliError(
            _said("cannot_write", tongue, file=path, why=error.strerror), ExitCode.UNAVAILABLE
        ) from error


# -- the log -----------------------------------------------------------------------------------


def _log(args: argparse.Namespace, tongue: str) -> int:
    code, answer = request(args, "exports", limit=_WINDOW)
    if code != ExitCode.OK:
        return code
    if args.json:
        print(json.dumps(answer["exports"]))
        return ExitCode.OK
    for row in answer["exports"]:
        how = _said("how_redacted" if row["redacted"] else "how_full", tongue)
        print(
            _said(
                "log_line", tongue, at=when(row["at"]), format=row["format"], how=how,
                rows=row["rows"], bytes=row["bytes"], name=clean(row["name"]), sha256=row["sha256"],
            )
        )  # fmt: skip
    if not answer["exports"]:
        print(_said("no_exports", tongue))
    return ExitCode.OK
