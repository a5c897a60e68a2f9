"""Sealed files: nothing but the file that was sealed opens, in its own place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshdefense.provisioning.fleet_errors import (
    FleetDamagedError,
    FleetLockedError,
    FleetMissingError,
    FleetUnavailableError,
)
from meshdefense.provisioning.sealed import (
    KEYSLOT,
    SealedFolder,
    change_fleet_passphrase,
    make_fleet_key,
    open_fleet_key,
    remove_file,
)
from meshdefense.storage.keyslots import INTERACTIVE

KEY, NAME, SECRET = bytes(range(32)), "keys.sealed", b"canary-Wq8 in a sealed file"


def sealed(root: Path) -> tuple[SealedFolder, bytes]:
    folder = SealedFolder(root, KEY)
    folder.write(NAME, SECRET)
    return folder, (root / NAME).read_bytes()


@given(content=st.binary(max_size=2000), name=st.sampled_from(["a.sealed", "manifests/b.sealed"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_was_sealed_comes_back(content: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir(exist_ok=True)
    folder = SealedFolder(tmp_path, KEY)
    folder.write(name, content)
    assert folder.read(name) == content
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_every_flipped_bit_is_refused_in_words(tmp_path: Path) -> None:
    folder, whole = sealed(tmp_path)
    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / NAME).write_bytes(damaged)
        with pytest.raises(FleetDamagedError, match=r"keys\.sealed"):
            folder.read(NAME)


def test_a_file_cut_at_any_byte_is_refused_in_words(tmp_path: Path) -> None:
    folder, whole = sealed(tmp_path)
    for size in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:size])
        with pytest.raises(FleetDamagedError, match="cut short"):
            folder.read(NAME)


def test_a_file_in_the_place_of_another_does_not_open(tmp_path: Path) -> None:
    folder, whole = sealed(tmp_path)
    (tmp_path / "radios.sealed").write_bytes(whole)
    with pytest.raises(FleetDamagedError, match="another fleet"):
        folder.read("radios.sealed")


def test_a_file_of_another_fleet_a_newer_version_or_another_program_is_told_apart(
    tmp_path: Path,
) -> None:
    folder, whole = sealed(tmp_path)
    with pytest.raises(FleetDamagedError, match="another fleet"):
        SealedFolder(tmp_path, bytes(32)).read(NAME)
    (tmp_path / NAME).write_bytes(whole[:8] + b"\x02" + whole[9:])
    with pytest.raises(FleetDamagedError, match="newer MeshDefense"):
        folder.read(NAME)
    (tmp_path / NAME).write_bytes(b"PK\x03\x04 a zip file")
    with pytest.raises(FleetDamagedError, match="not written by MeshDefense"):
        folder.read(NAME)
    (tmp_path / NAME).unlink()
    assert folder.read(NAME) is None


def test_a_disk_that_takes_nothing_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = sealed(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(FleetUnavailableError, match="No space left"):
            folder.write(NAME, b"something newer")
    assert folder.read(NAME) == SECRET
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_new_passphrase_touches_only_the_keyslot(tmp_path: Path) -> None:
    key = make_fleet_key(tmp_path, b"old passphrase", kdf=INTERACTIVE)
    SealedFolder(tmp_path, key).write(NAME, SECRET)
    before = (tmp_path / NAME).read_bytes()
    change_fleet_passphrase(tmp_path, b"old passphrase", b"new passphrase")
    assert (tmp_path / NAME).read_bytes() == before
    assert open_fleet_key(tmp_path, b"new passphrase") == key
    with pytest.raises(FleetLockedError):
        open_fleet_key(tmp_path, b"old passphrase")


def test_a_keyslot_that_is_missing_damaged_or_newer_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FleetMissingError, match="no fleet"):
        open_fleet_key(tmp_path, b"passphrase")
    make_fleet_key(tmp_path, b"passphrase", kdf=INTERACTIVE)
    whole = (tmp_path / KEYSLOT).read_bytes()
    (tmp_path / KEYSLOT).write_bytes(whole[:20])
    with pytest.raises(FleetDamagedError, match="damaged"):
        open_fleet_key(tmp_path, b"passphrase")
    (tmp_path / KEYSLOT).write_bytes(whole[:8] + b"\x09" + bytes(200))
    with pytest.raises(FleetDamagedError, match="newer"):
        open_fleet_key(tmp_path, b"passphrase")


def test_what_is_removed_is_gone_for_good_when_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "P1.json", []
    path.write_bytes(b"{}")

    def sync(folder: Path) -> None:
        seen.append((folder, path.exists()))
        if len(seen) == 2:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("meshdefense.provisioning.sealed.sync_folder", sync)
    remove_file(path)
    assert seen == [(tmp_path, False)]
    with pytest.raises(FleetUnavailableError, match="cannot be removed: Input/output error"):
        remove_file(path)
