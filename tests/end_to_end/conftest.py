from __future__ import annotations

from pathlib import Path

import pytest

from support.daemons import Members, make_members


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """A network that nobody has used yet; copy it."""
    return make_members(tmp_path_factory.mktemp("enrolled"))


@pytest.fixture(scope="session")
def dispatchers(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The same with dispatch for all: a member may say 39 short reports in ten minutes then."""
    return make_members(tmp_path_factory.mktemp("dispatchers"), "dispatch")


@pytest.fixture
def members(enrolled: Members, tmp_path: Path) -> Members:
    """Folders of base, ash and birch for one test."""
    return enrolled.copied(tmp_path)
