"""`meshdefense map ...`: street maps for the screens, made once and used without internet.

Maps are plain files in the folder `maps` of the data folder: what they hold is on every paper map.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshdefense import language
from meshdefense.catalogue import N_, tr
from meshdefense.cli.attach import add_data, add_json, complain, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import PathError
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.streets.importing.errors import ImportFailedError
    from meshdefense.streets.pack import Meta, Pack, PackError
    from meshdefense.streets.streets import Bounds

__all__ = ["configure", "run"]

_FOLDER: Final = "maps"
_SUFFIX: Final = ".streets"
_VERBS: Final = {
    "list": N_("list the maps of this node"),
    "info": N_("what a map holds, and whom to credit"),
    "search": N_("find a street, crossing, place or house number in the maps"),
    "remove": N_("remove a map of this node"),
}
_IMPORT_CODES: Final = {
    "missing": ExitCode.NOT_FOUND,
    "library": ExitCode.UNAVAILABLE,
    "search": ExitCode.UNAVAILABLE,
    "attribution": ExitCode.USAGE,
    "empty": ExitCode.REFUSED,
    "outside": ExitCode.REFUSED,
    "large": ExitCode.REFUSED,
    "unreadable": ExitCode.FAILED,
}
_PACK_CODES: Final = {
    "missing": ExitCode.NOT_FOUND,
    "unreadable": ExitCode.FAILED,
    "unwritable": ExitCode.UNAVAILABLE,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser(
        "import", help=tr("make a map of a file: .osm.pbf, .pmtiles, .mbtiles, GeoJSON, .npz")
    )
    make.add_argument("file", metavar="FILE", type=Path, help=tr("file with the streets"))
    make.add_argument("--title", default="", metavar="T", help=tr("name of the map, for screens"))
    make.add_argument(
        "--attribution",
        default="",
        metavar="A",
        help=tr("whom to credit, where the file does not say it"),
    )
    make.add_argument(
        "--bounds", metavar="S,W,N,E", help=tr("only this part, in degrees: --bounds=S,W,N,E")
    )
    target = make.add_mutually_exclusive_group()
    add_data(target, unlocks=False)  # type: ignore[arg-type]  # a group takes arguments as well
    target.add_argument(
        "--out", metavar="FILE", type=Path, help=tr("write the map to this file instead")
    )
    add_json(make)
    for verb in ("list", "info", "search", "remove"):
        one = verbs.add_parser(verb, help=tr(_VERBS[verb]))
        if verb == "info":
            one.add_argument("map", metavar="FILE", help=tr("name of a map, or a file"))
        elif verb == "search":
            one.add_argument("text", metavar="TEXT", nargs="+", help=tr('for example "5th & Main"'))
            one.add_argument(
                "--limit",
                type=int,
                default=10,
                metavar="N",
                help=tr("at most so many (default 10)"),
            )
        elif verb == "remove":
            one.add_argument(
                "map", metavar="NAME", help=tr("name of the map, as `map list` shows it")
            )
        add_data(one, unlocks=False)
        add_json(one)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "import": _import, "list": _list, "info": _info, "search": _search, "remove": _remove,
    }  # fmt: skip
    from meshdefense.streets.importing.errors import ImportFailedError
    from meshdefense.streets.pack import PackError

    try:
        return verbs[args.verb](args)
    except ImportFailedError as error:
        return _complained(error, _IMPORT_CODES.get(error.problem, ExitCode.DAMAGED))
    except PackError as error:
        return _complained(error, _PACK_CODES.get(error.problem, ExitCode.DAMAGED))
    except PathError as error:
        complain(str(error))
        return ExitCode.FAILED


def _import(args: argparse.Namespace) -> int:
    from meshdefense.streets.importing.importer import import_file

    try:
        bounds = None if args.bounds is None else _bounds(args.bounds)
    except ValueError:
        complain(
            tr(
                "{text} are no bounds; write --bounds=S,W,N,E in degrees, for example "
                "--bounds=41.85,-87.73,41.94,-87.61",
                text=args.bounds,
            )
        )
        return ExitCode.USAGE
    target = args.out or _maps(args) / f"{_name_of(args.file)}{_SUFFIX}"
    shown = _Shown()
    try:
        if args.out is None:
            folder_of(args).make()
            target.parent.mkdir(mode=0o700, exist_ok=True)
        made = import_file(
            args.file,
            target,
            title=args.title,
            attribution=args.attribution,
            bounds=bounds,
            progress=shown.progress,
        )
    except OSError as error:
        complain(tr("{path} cannot be written: {why}", path=target.parent, why=error.strerror))
        return ExitCode.UNAVAILABLE
    finally:
        shown.end()
    if args.json:
        answer = {
            "path": str(made.path), "segments": made.segments, "names": made.names,
            "areas": made.areas, "points": made.points, "bytes": made.bytes,
        }  # fmt: skip
        print(json.dumps(answer))
        return ExitCode.OK
    kib = made.bytes // 1024
    print(
        tr(
            "Map {name} made: {segments:,} segments, {names:,} names, {kib:,} KiB.",
            name=target.stem,
            segments=made.segments,
            names=made.names,
            kib=kib,
        )
    )
    print(tr("It is in {path}.", path=clean(str(target))))
    return ExitCode.OK


class _Shown:
    """The share done on the terminal; on what is none, nothing."""

    def __init__(self) -> None:
        self._last = -1
        self._terminal = sys.stderr.isatty()

    def progress(self, share: float, segments: int) -> None:
        """Write over the line that stands there, at most once for each percent."""
        percent = int(share * 100)
        if self._terminal and percent != self._last:
            self._last = percent
            said = tr("{percent:3d} %  {segments:,} segments", percent=percent, segments=segments)
            print(f"\r{said}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """What comes next, also an error, begins on a line of its own."""
        if self._terminal and self._last >= 0:
            print(file=sys.stderr)


def _list(args: argparse.Namespace) -> int:
    from meshdefense.streets.pack import PackError, open_pack

    rows: list[dict[str, Any]] = []
    code = ExitCode.OK
    for path in _packs(args):
        try:
            with open_pack(path) as pack:
                rows.append({"name": path.stem, **_facts(pack.meta)})
        except PackError as error:  # one bad map hides no other
            code = ExitCode(_complained(error, ExitCode.DAMAGED))
    if args.json:
        print(json.dumps(rows))
    elif not rows and code == ExitCode.OK:
        print(
            tr("there is no map here").capitalize()
            + ". "
            + tr("make one: meshdefense map import FILE").capitalize()
        )
    else:
        for row in rows:
            title = clean(row["title"])
            print(
                tr(
                    "{name:<20} {segments:>9,} segments  {title}",
                    name=clean(row["name"]),
                    segments=row["segments"],
                    title=title,
                )
            )
    return code


def _info(args: argparse.Namespace) -> int:
    from meshdefense.streets.pack import open_pack

    path = Path(args.map)
    if not path.exists() and (named := _named(args)) is not None:
        path = named
    with open_pack(path) as pack:
        facts = _facts(pack.meta)
    if args.json:
        print(json.dumps(facts))
        return ExitCode.OK
    area = ", ".join(f"{degrees:.5f}" for degrees in facts["bounds"])
    said = {key: clean(facts[key]) for key in ("title", "source", "attribution", "sha256")}
    date, segments = clean(facts["source_date"]), facts["segments"]
    print(
        tr(
            "Map:      {title}\nSource:   {source} {date}\nCredit:   {attribution}\n"
            "Area:     {area} (south, west, north, east)\nSegments: {segments:,}\n"
            "SHA-256:  {sha256}",
            **said,
            date=date,
            area=area,
            segments=segments,
        )
    )
    return ExitCode.OK


def _search(args: argparse.Namespace) -> int:
    from meshdefense.streets.pack import open_pack
    from meshdefense.streets.words import kind_words

    paths, text = _packs(args), " ".join(args.text)
    if not paths:
        complain(tr("there is no map here"), tr("make one: meshdefense map import FILE"))
        return ExitCode.NOT_FOUND
    rows: list[dict[str, Any]] = []
    packs: list[Pack] = []
    try:
        for path in paths:
            packs.append(open_pack(path))
            rows += [
                {"name": one.name, "kind": one.kind, "lat": one.lat, "lon": one.lon,
                 "map": path.stem}
                for one in packs[-1].search(text, max(1, args.limit))
            ]  # fmt: skip
    finally:
        for pack in packs:
            pack.close()
    rows = rows[: max(1, args.limit)]
    if args.json:
        print(json.dumps(rows))
    elif not rows:
        print(tr("Nothing found for {text}.", text=clean(text)))
    for row in rows if not args.json else ():
        kind = kind_words(row["kind"], language.current())
        print(f"{clean(row['name']):<40} {kind:<20} {row['lat']:.5f} {row['lon']:.5f}")
    return ExitCode.OK if rows else ExitCode.NOT_FOUND


def _remove(args: argparse.Namespace) -> int:
    path = _named(args)
    if path is None:
        complain(
            tr("there is no map {name}", name=args.map), tr("what there is: meshdefense map list")
        )
        return ExitCode.NOT_FOUND
    try:
        path.unlink()
    except OSError as error:
        complain(tr("the map {name} cannot be removed: {why}", name=path.stem, why=error.strerror))
        return ExitCode.FAILED
    if args.json:
        print(json.dumps({"removed": path.stem}))
    else:
        print(tr("Map {name} removed.", name=clean(path.stem)))
    return ExitCode.OK


def _maps(args: argparse.Namespace) -> Path:
    return folder_of(args).root / _FOLDER


def _packs(args: argparse.Namespace) -> list[Path]:
    return sorted(path for path in _maps(args).glob(f"*{_SUFFIX}") if not path.name.startswith("."))


def _named(args: argparse.Namespace) -> Path | None:
    """A map of this node by its name: compared, never joined to a path."""
    wanted = args.map.removesuffix(_SUFFIX)
    return next((path for path in _packs(args) if path.stem == wanted), None)


def _name_of(source: Path) -> str:
    """The name of a map made from `source`: its own, without what says the kind of file."""
    stem = clean(source.name.partition(".")[0], 60)
    return stem if stem and "/" not in stem else "map"


def _facts(meta: Meta) -> dict[str, Any]:
    box = meta.bounds
    return {
        "title": meta.title, "attribution": meta.attribution, "source": meta.source,
        "source_date": meta.source_date, "bounds": [box.south, box.west, box.north, box.east],
        "segments": meta.segments, "sha256": meta.sha256,
    }  # fmt: skip


def _bounds(text: str) -> Bounds:
    """ValueError for what is not four numbers that make a rectangle."""
    from meshdefense.streets.streets import Bounds

    south, west, north, east = (float(part) for part in text.split(","))
    return Bounds(south, west, north, east)


def _complained(error: ImportFailedError | PackError, code: int) -> int:
    complain(error.spanish if language.current() == "es" else str(error))
    return code
