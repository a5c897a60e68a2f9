"""The wheel holds the four packages with their data files, and nothing else."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import meshdefense
from meshdefense.language import ENGLISH, LANGUAGES
from meshdefense.simulator.shipped import names as names_of_scenarios

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "meshdefense": ROOT / "meshdefense",
    "meshdefense_protocol": ROOT / "protocol/meshdefense_protocol",
    "meshdefense_tui": ROOT / "tui/meshdefense_tui",
    "meshdefense_radio": ROOT / "firmware-config/meshdefense_radio",
}
SHIPPED = {".py", ".sql", ".tcss", ".typed", ".json", ".md", ".po", ".mo", ".streets", ".yaml"}


def commands(out: Path) -> list[list[str]]:
    """Ways to build a wheel, the quickest first; which of them exists depends on the machine."""
    found = []
    if importlib.util.find_spec("hatchling") is not None:
        found.append([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)])
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is not None:
        build = [uv, "build", "--wheel", "--quiet", "--out-dir", str(out)]
        found += [[*build, "--offline"], build]  # what installed us has cached the builder
    if importlib.util.find_spec("pip") is not None:
        found.append([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), "."])
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from this tree, whatever builds it here."""
    out = tmp_path_factory.mktemp("wheel")
    said = []
    for command in commands(out):
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode == 0:
            return zipfile.ZipFile(next(out.glob("*.whl")))
        said.append(f"{command}: {done.stderr[-2000:]}")
    raise AssertionError("nothing here can build a wheel: " + "\n".join(said))


def names(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def on_disk() -> set[str]:
    return {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_file_of_the_packages_is_of_a_kind_that_is_shipped() -> None:
    assert {Path(name).suffix for name in on_disk()} == SHIPPED


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert names(wheel) == on_disk()


def test_the_wheel_holds_the_data_files_that_the_program_needs(wheel: zipfile.ZipFile) -> None:
    wanted = {f"{package}/py.typed" for package in PACKAGES}
    wanted |= {"meshdefense_tui/app.tcss", "meshdefense/storage/migrations/v0001.sql"}
    wanted |= {f"meshdefense/simulator/scenarios/{name}.json" for name in names_of_scenarios()}
    wanted |= {
        f"meshdefense/locale/{code}/LC_MESSAGES/meshdefense.mo"
        for code in LANGUAGES
        if code != ENGLISH
    }
    assert wanted <= names(wheel)


def test_the_wheel_installs_the_command_and_names_version_and_licence(
    wheel: zipfile.ZipFile,
) -> None:
    info = f"meshdefense-{meshdefense.__version__}.dist-info"
    meta = Parser().parsestr(wheel.read(f"{info}/METADATA").decode())
    assert meta["Name"] == "meshdefense"
    assert meta["Version"] == meshdefense.__version__
    assert meta["License-Expression"] == "GPL-3.0-or-later"
    assert (
        "meshdefense = meshdefense.cli.main:main" in wheel.read(f"{info}/entry_points.txt").decode()
    )
    assert wheel.read(f"{info}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
