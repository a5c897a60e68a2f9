"""Each import contract of pyproject.toml catches what it is there for: violations are planted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("meshdefense", "protocol", "tui", "firmware-config")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]
NAMES = [contract["name"] for contract in CONTRACTS]

INWARDS = "Imports point inwards"
PURE_PROTOCOL = "The protocol does no I/O, reads no clock and rolls no dice"
PURE_AIR = "The air does no I/O and reads no clock"
TUI_CLIENT = "The TUI reaches the node only through its API client"
STREETS = "Street maps know nothing of the node"
TEXTUAL = "Only the TUI imports Textual"
MESHTASTIC = "Only what speaks to radios, or is one, imports meshtastic"
STORAGE = "Only the storage package imports SQLAlchemy and SQLCipher"

PLANTS = [
    (INWARDS, "protocol/meshdefense_protocol/items.py", "meshdefense.air.presets"),
    (INWARDS, "protocol/meshdefense_protocol/items.py", "meshdefense_radio"),
    (INWARDS, "firmware-config/meshdefense_radio/__init__.py", "meshdefense.air.presets"),
    (INWARDS, "meshdefense/air/medium.py", "meshdefense.radio.base"),
    (INWARDS, "meshdefense/radio/link.py", "meshdefense.storage.errors"),
    (INWARDS, "meshdefense/storage/queries.py", "meshdefense.virtual.limits"),
    (INWARDS, "meshdefense/radio/link.py", "meshdefense.node.node"),
    (INWARDS, "meshdefense/node/node.py", "meshdefense.api.server"),
    (INWARDS, "meshdefense/api/server.py", "meshdefense.daemon"),
    (INWARDS, "meshdefense/daemon.py", "meshdefense.cli.output"),
    (INWARDS, "tui/meshdefense_tui/app.py", "meshdefense.cli.output"),
    (INWARDS, "meshdefense/cli/status.py", "meshdefense_tui"),
    *((PURE_PROTOCOL, "protocol/meshdefense_protocol/seen.py", name) for name in (
        "asyncio", "threading", "socket", "time", "random", "secrets", "os", "logging", "sqlite3",
        "sqlalchemy", "sqlcipher3", "textual", "pubsub", "meshtastic", "platformdirs",
    )),
    *((PURE_AIR, "meshdefense/air/medium.py", name) for name in (
        "asyncio", "threading", "socket", "time", "secrets", "os", "logging", "meshtastic",
    )),
    *((TUI_CLIENT, "tui/meshdefense_tui/session.py", name) for name in (
        "meshdefense.api.server", "meshdefense.daemon", "meshdefense.node.node",
        "meshdefense.radio.base", "meshdefense.storage.errors", "meshdefense.virtual.limits",
        "sqlalchemy", "sqlcipher3", "meshtastic", "pubsub",
    )),
    *((STREETS, "meshdefense/streets/importing/draft.py", name) for name in (
        "meshdefense.api.client", "meshdefense.cli.output", "meshdefense.daemon",
        "meshdefense.node.rows_alerts", "meshdefense.radio.base", "meshdefense.storage.errors",
        "meshdefense.virtual.limits",
    )),
    (TEXTUAL, "meshdefense/api/client.py", "textual"),
    (TEXTUAL, "protocol/meshdefense_protocol/seen.py", "textual"),
    (TEXTUAL, "firmware-config/meshdefense_radio/__init__.py", "textual"),
    (MESHTASTIC, "meshdefense/radio/link.py", "meshtastic"),
    (MESHTASTIC, "meshdefense/node/node.py", "pubsub"),
    (MESHTASTIC, "tui/meshdefense_tui/app.py", "meshtastic"),
    (STORAGE, "meshdefense/node/node.py", "sqlalchemy"),
    (STORAGE, "meshdefense/enrolment/founding.py", "sqlcipher3"),
]  # fmt: skip


def copy_of_the_tree(folder: Path) -> Path:
    """The four packages and the contracts, without what was compiled."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a tree, whatever is installed."""
    roots = [folder, *(folder / name for name in FOLDERS[1:])]
    paths = {"PYTHONPATH": os.pathsep.join(map(str, roots)), "PYTHONDONTWRITEBYTECODE": "1"}
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def dotted(file: str) -> str:
    """The module in a file."""
    path = Path(file).with_suffix("")
    parts = path.parts if path.parts[0] == "meshdefense" else path.parts[1:]
    return ".".join(parts).removesuffix(".__init__")


def told(printed: str, contract: str) -> list[str]:
    """The imports that are named as what breaks a contract."""
    _, _, behind = printed.partition(f"\n{contract}\n---")
    behind = re.split(r"\n[^\n]+\n-{5,}\n", behind)[0]
    return [line.lstrip(" -") for line in behind.splitlines()]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all plants; each is pulled out again."""
    return copy_of_the_tree(tmp_path_factory.mktemp("tree"))


def test_the_tree_as_it_is_keeps_every_contract(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(NAMES)} kept, 0 broken" in done.stdout


def test_there_is_a_plant_for_every_contract() -> None:
    assert {name for name, _, _ in PLANTS} == set(NAMES)


def test_every_forbidden_module_of_the_pure_packages_is_planted() -> None:
    for contract in CONTRACTS:
        if contract["name"] in (PURE_PROTOCOL, PURE_AIR, TUI_CLIENT, STREETS):
            planted = [what for name, _, what in PLANTS if name == contract["name"]]
            for module in contract["forbidden_modules"]:
                assert any(f"{what}.".startswith(f"{module}.") for what in planted), module


@pytest.mark.parametrize("contract", NAMES)
def test_each_planted_import_breaks_its_contract(tree: Path, contract: str) -> None:
    plants = [(file, module) for name, file, module in PLANTS if name == contract]
    files = sorted({file for file, _ in plants})
    before = {file: (tree / file).read_text(encoding="utf-8") for file in files}
    for file in files:
        lines = "".join(f"import {module}\n" for at, module in plants if at == file)
        (tree / file).write_text(f"{before[file]}\n\n{lines}", encoding="utf-8")
    try:
        done = lint(tree)
    finally:
        for file, text in before.items():
            (tree / file).write_text(text, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(line.startswith(f"{contract} BROKEN") for line in done.stdout.splitlines())
    found = told(done.stdout, contract)
    for file, module in plants:
        importer = dotted(file)
        assert any(line.startswith(f"{importer} -> {module} ") for line in found), (file, module)


def test_an_import_for_types_only_is_no_violation(tree: Path) -> None:
    path = tree / "meshdefense/cli/status.py"
    before = path.read_text(encoding="utf-8")
    after = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import textual\n"
    path.write_text(f"{before}\n\n{after}", encoding="utf-8")
    try:
        done = lint(tree)
    finally:
        path.write_text(before, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
