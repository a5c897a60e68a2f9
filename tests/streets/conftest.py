"""Packs of the samples, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.streets.importing.importer import Imported, import_file
from meshdefense.streets.pack import Pack, open_pack
from support.maps import CHICAGO, HELSINKI, small_pack


@pytest.fixture(scope="session")
def helsinki_made(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return import_file(HELSINKI, tmp_path_factory.mktemp("helsinki") / "helsinki.streets")


@pytest.fixture(scope="session")
def helsinki(helsinki_made: Imported) -> Iterator[Pack]:
    with open_pack(helsinki_made.path) as pack:
        yield pack


@pytest.fixture(scope="session")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    made = import_file(CHICAGO, tmp_path_factory.mktemp("chicago") / "chicago.streets")
    with open_pack(made.path) as pack:
        yield pack


@pytest.fixture(scope="session")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with open_pack(small_pack(tmp_path_factory.mktemp("grid")).path) as pack:
        yield pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for packs."""
    made = tmp_path / "maps"
    made.mkdir()
    return made
