"""Rules for the tree as a whole: sizes, left-overs, paths of one machine, reasons, version."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import meshdefense

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PACKAGES = ("meshdefense", "protocol", "tui", "firmware-config")
LINES_MAX = 500
TEXTS = {".py", ".md", ".toml", ".json", ".sql", ".tcss", ".yaml", ".yml", ".cfg", ".ini", ".txt"}
MADE = {"uv.lock", "LICENSE"}  # by a tool, and by the Free Software Foundation


def files() -> list[Path]:
    """The files of the tree, without what .gitignore names."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.splitlines()]
    else:  # an unpacked archive
        hidden = re.compile(r"/(\.[a-z_]+|__pycache__|dist|build)/")
        found = [p for p in ROOT.rglob("*") if not hidden.search(f"/{p.relative_to(ROOT)}")]
    return sorted(path for path in found if path.is_file() and path.name not in MADE)


def texts() -> list[Path]:
    return [path for path in files() if path.suffix in TEXTS or path.suffix == ""]


def modules() -> list[Path]:
    return [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]


def lines_with(pattern: str) -> list[str]:
    """Where a pattern stands, as "file:line: text"; this module does not count."""
    found, wanted = [], re.compile(pattern)
    for path in texts():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if wanted.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_the_tree_is_seen_whole() -> None:
    seen = {path.relative_to(ROOT).as_posix() for path in texts()}
    assert seen >= {"README.md", "pyproject.toml", "justfile", "meshdefense/daemon.py"}
    assert any(lines_with("^def main"))


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_at_most_500_lines_and_says_what_it_is_for(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_MAX
    assert ast.get_docstring(ast.parse(text))


def test_nothing_was_left_for_later() -> None:
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b") == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    # `ana` is who lives in examples
    assert lines_with(r"(?<![\w.~])/(home/(?!ana/)\w|Users/\w|root/\w|work/\w|mnt/\w)") == []
    assert lines_with(r"\.\./shared\b") == []


def test_no_file_asks_for_an_index_of_packages_of_its_own() -> None:
    assert lines_with(r"(?i)(index-url|extra-index|trusted-host|find-links)") == []


def dependency_lines() -> list[str]:
    """The lines of pyproject.toml that name a library, as they are written."""
    tables = re.findall(
        r"^(?:dependencies|web|maps|test|dev|fuzz|bench) = \[\n(.*?)^\]", PYPROJECT, re.M | re.S
    )
    return [line.strip() for table in tables for line in table.splitlines()]


def test_every_dependency_has_its_reason() -> None:
    data = tomllib.loads(PYPROJECT)
    named = [
        *data["project"]["dependencies"],
        *(name for group in data["project"]["optional-dependencies"].values() for name in group),
        *(name for group in data["dependency-groups"].values() for name in group),
    ]
    lines = dependency_lines()
    assert len(lines) == len(named)
    for name in named:
        line = next(line for line in lines if line.startswith(f'"{name}"'))
        if name.startswith("meshdefense["):  # our own extra
            continue
        assert re.search(r'",\s+# \S+ \S+', line), f"{name} has no reason"


def test_every_dependency_is_explained_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split("## Dependencies")[1]
    project = tomllib.loads(PYPROJECT)["project"]
    extras = project["optional-dependencies"]
    for wanted in [*project["dependencies"], *extras["maps"], *extras["web"]]:
        name = re.split(r"[<>=\[]", wanted)[0]
        assert f"`{name}`" in table


@pytest.mark.parametrize("package", ["node", "provisioning"])
def test_the_architecture_names_every_module_of_a_package_and_no_other(package: str) -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split(f"| modules of `meshdefense/{package}` | do |\n")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()]
    named = set(re.findall(r"`(\w+\*?)`", "".join(cells)))
    found = {
        path.stem
        for path in (ROOT / "meshdefense" / package).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }
    if "rows_*" in named:
        named = (named - {"rows_*"}) | {name for name in found if name.startswith("rows_")}
    assert named == found


EXCEPTION = re.compile(r"#\s*(?:noqa: [A-Z0-9]+(?:, [A-Z0-9]+)*|type: ignore\[[\w, -]+\])(.*)")


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_exception_to_a_rule_has_its_reason_beside_or_above_it(module: Path) -> None:
    before = ""
    for line in module.read_text(encoding="utf-8").splitlines():
        if re.search(r"#\s*(noqa|type: ignore)", line):
            found = EXCEPTION.search(line)
            assert found is not None, f"which rule? {line}"
            beside = len(re.findall(r"\w+", found[1])) >= 2
            assert beside or before.strip().startswith("#"), line
        before = line


def test_the_version_is_the_same_everywhere() -> None:
    said = tomllib.loads(PYPROJECT)["project"]["version"]
    assert meshdefense.__version__ == said == version("meshdefense")
    assert said in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_there_and_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text
    assert tomllib.loads(PYPROJECT)["project"]["license"] == "GPL-3.0-or-later"
    assert "GPL-3.0-or-later" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_package_says_that_it_is_typed() -> None:
    for name in ("meshdefense", "protocol/meshdefense_protocol", "tui/meshdefense_tui",
                 "firmware-config/meshdefense_radio"):  # fmt: skip
        assert (ROOT / name / "py.typed").exists()
