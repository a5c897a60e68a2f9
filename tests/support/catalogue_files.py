"""The catalogues as files, by Babel: `extract`, `compile` and `migrate`. docs/translating.md.

python tests/support/catalogue_files.py extract          texts of the code into every .po
python tests/support/catalogue_files.py compile          every .po into its .mo
python tests/support/catalogue_files.py migrate FILE...  (English, Spanish) pairs out of phrases
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":  # as a command: tests find `support` by pytest's own settings
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from meshdefense.catalogue import DOMAIN, LOCALE, Plural, Text
from meshdefense.language import ENGLISH, LANGUAGES
from support.argparse_texts import PLURAL, SINGLE

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"tr": None, "trn": (1, 2), "N_": None}
SOURCES = (ROOT / "meshdefense",)
_PASSING = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|'
    rb'Report-Msgid-Bugs-To)[^"]*"\n',
    re.MULTILINE,
)
"""Lines of the header that change with the day or with Babel."""
OTHERS = tuple(language for language in LANGUAGES if language != ENGLISH)


def po_path(language: str) -> Path:
    return Path(LOCALE) / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_path(language: str) -> Path:
    return po_path(language).with_suffix(".mo")


def extracted() -> Catalog:
    """Every text of the program: keyed phrases, lines of the command line, argparse's own."""
    from meshdefense_tui.phrases import PHRASES

    catalog = Catalog(project="MeshDefense", charset="utf-8", fuzzy=False)
    for key, text in PHRASES.items():
        if not isinstance(text, Plural) and isinstance(text, tuple):
            continue  # an (English, Spanish) pair: not migrated yet
        catalog.add(message_id(text), context=key, locations=[("phrases", 0)])
    for source in SOURCES:
        found = extract_from_dir(
            source, method_map=[("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True
        )
        for name, _, message, _, _ in found:
            catalog.add(message, locations=[((source / name).relative_to(ROOT).as_posix(), 0)])
    for one in SINGLE:
        catalog.add(one, locations=[("argparse", 0)])
    for pair in PLURAL:
        catalog.add(pair, locations=[("argparse", 0)])
    return catalog


def message_id(text: Text) -> str | tuple[str, str]:
    return (text.one, text.many) if isinstance(text, Plural) else text


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands in its .po; an empty one without a file."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, project="MeshDefense", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def merged(language: str) -> Catalog:
    """The .po brought up to date: new texts empty, no guesses, what is gone left out."""
    catalog = read(language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """Without dates, numbers of lines and obsolete texts: they would change without a reason."""
    catalog.header_comment = "# Translations of MeshDefense. docs/translating.md"
    written = io.BytesIO()
    write_po(
        written, catalog, width=99, ignore_obsolete=True, sort_output=True, include_lineno=False
    )
    return _PASSING.sub(b"", written.getvalue())


def mo_bytes(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def gaps(text: str) -> set[str]:
    """The places of a text where values go: the names of {name:<8}, and %(name)s as it stands."""
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return braces | set(re.findall(r"%(?:\(\w+\))?[srd]\b", text))


def add_pairs(language: str, pairs: dict[str, tuple[str, str]]) -> None:
    """Put (English, translated) pairs into a .po by their keys."""
    catalog = read(language)
    for key, (english, translated) in pairs.items():
        catalog.add(english, translated, context=key)
    po_path(language).write_bytes(po_bytes(catalog))


def migrated(source: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """A phrases module with English alone, and the pairs that it held by their keys."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw, edits = source.encode(), []
    pairs: dict[str, tuple[str, str]] = {}
    for key, value in _entries(ast.parse(source)):
        english, spanish = map(ast.literal_eval, value.elts)
        pairs[key] = (english, spanish)
        begin = starts[value.lineno - 1] + value.col_offset
        end = starts[(value.end_lineno or 0) - 1] + (value.end_col_offset or 0)
        first = value.elts[0]
        inner_begin = starts[first.lineno - 1] + first.col_offset
        inner_end = starts[(first.end_lineno or 0) - 1] + (first.end_col_offset or 0)
        inner = raw[inner_begin:inner_end]
        several = first.end_lineno != first.lineno or len(key) + len(inner) > 80
        edits.append((begin, end, b"(" + inner + b")" if several else inner))
    for begin, end, text in sorted(edits, reverse=True):
        raw = raw[:begin] + text + raw[end:]
    done = raw.decode()
    if pairs:
        for pairs_too in ("dict[str, tuple[str, str]]", "dict[str, Text | tuple[str, str]]"):
            done = done.replace(pairs_too, "dict[str, Text]")
        if "import Plural, Text" not in done and "import Text" not in done:
            done = done.replace(
                "from typing import Final\n",
                "from typing import Final\n\nfrom meshdefense.catalogue import Text\n",
                1,
            )
        done = re.sub(r",? in English and Spanish(?=[.:])", "", done, count=1)
    return done, pairs


def _entries(tree: ast.Module) -> Iterator[tuple[str, ast.Tuple]]:
    """Keys and pairs of the dictionaries whose names end in PHRASES."""
    for node in tree.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        named = any(isinstance(t, ast.Name) and t.id.endswith("PHRASES") for t in targets)
        value = getattr(node, "value", None)
        if not named or not isinstance(value, ast.Dict):
            continue
        for key, entry in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(entry, ast.Tuple):
                yield str(key.value), entry


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("extract", "compile", "migrate"))
    parser.add_argument("files", nargs="*", type=Path, help="phrases modules to migrate")
    args = parser.parse_args(arguments)
    if args.verb == "migrate":
        for path in args.files:
            text, pairs = migrated(path.read_text(encoding="utf-8"))
            add_pairs("es", pairs)
            path.write_text(text, encoding="utf-8")
            subprocess.run(["ruff", "check", "-q", "--fix", "--select", "I", path], check=True)
            subprocess.run(["ruff", "format", "-q", path], check=True)
            sys.stdout.write(f"{path}: {len(pairs)} phrases; now: compile\n")
        return 0
    for language in OTHERS:
        catalog = merged(language) if args.verb == "extract" else read(language)
        if args.verb == "extract":
            po_path(language).parent.mkdir(parents=True, exist_ok=True)
            po_path(language).write_bytes(po_bytes(catalog))
        else:
            mo_path(language).write_bytes(mo_bytes(catalog))
        empty = empty_ids(catalog)
        sys.stdout.write(f"{language}: {len(catalog)} texts, {len(empty)} without a translation\n")
        for one in empty[:20]:
            sys.stdout.write(f"  {one!r}\n")
    return 0


def empty_ids(catalog: Catalog) -> list[object]:
    """The texts of a catalogue that nobody translated, or whose translation is only a guess."""
    return [one.id for one in catalog if one.id and (one.fuzzy or not _whole(one.string))]


def _whole(said: object) -> bool:
    return all(said) if isinstance(said, tuple | list) else bool(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
