"""Backups: whole or refused, and nothing newer is lost by putting one back."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meshdefense.provisioning.backup import (
    Backup,
    backup_of,
    open_backup,
    read_backup,
    write_backup,
)
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import (
    FleetBusyError,
    FleetDamagedError,
    FleetError,
    FleetLockedError,
    FleetMissingError,
    FleetRefusedError,
    FleetUnavailableError,
)
from meshdefense.provisioning.lost import assess, declare, found_again
from meshdefense.provisioning.restoring import differences, newer_here, restore
from meshdefense.storage.keyslots import INTERACTIVE
from support.fleets import PASSPHRASE, START, made_fleet, opened, prove

SECRET = b"backup horse battery"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fleet with two proven radios and an unfinished one, and its backup beside it."""
    root = tmp_path_factory.mktemp("original")
    with made_fleet(root / "fleet") as fleet:
        for name in ("Base 1", "Patrol 1"):
            prove(fleet, name)
        fleet.hand("Base 1", "17")
        fleet.journal("Patrol 2").begin("digest", 5)
        write_backup(fleet, root / "backup", SECRET, kdf=INTERACTIVE)
    return root


@pytest.fixture
def backup(original: Path) -> Backup:
    return read_backup(original / "backup", SECRET)


@pytest.fixture
def folder(backup: Backup, tmp_path: Path) -> Path:
    """The fleet, restored into a folder of its own."""
    put_back(backup, tmp_path / "fleet")
    return tmp_path / "fleet"


def put_back(backup: Backup, folder: Path, *, over: bool = False) -> Path | None:
    return restore(backup, folder, PASSPHRASE, over=over, now=START, kdf=INTERACTIVE)


def test_a_restored_fleet_is_the_one_that_was_backed_up(original: Path, folder: Path) -> None:
    with opened(original / "fleet", changing=False) as one, opened(folder) as two:
        assert two.channel_keys() == one.channel_keys()
        assert two.manifests() == one.manifests()
        assert (two.book, two.ring.seed) == (one.book, one.ring.seed)
        assert two.network_bytes() == one.network_bytes()
        assert two.journal("Patrol 2").unfinished
        prove(two, "Patrol 1")  # it goes on
    sealed = {path.name for path in folder.rglob("*.sealed")}
    for path in original.rglob("*.sealed"):
        assert path.name in sealed
    assert (folder / "keys.sealed").read_bytes() != (original / "fleet/keys.sealed").read_bytes()


def test_a_backup_shows_nothing_and_is_for_its_owner_alone(original: Path) -> None:
    content = (original / "backup").read_bytes()
    assert stat.S_IMODE((original / "backup").stat().st_mode) == 0o600
    with opened(original / "fleet", changing=False) as fleet:
        hidden = [*fleet.channel_keys().values(), fleet.ring.seed, b"South", b"Base 1", b"RAK"]
    assert not [one for one in hidden if one in content]


def test_a_backup_cut_at_any_byte_is_refused_before_its_passphrase_is_tried(
    original: Path,
) -> None:
    whole = (original / "backup").read_bytes()
    assert len(whole) > 3000
    for size in range(len(whole)):
        with pytest.raises(FleetDamagedError, match="cut short"):
            open_backup(whole[:size], SECRET, Path("cut"))


def test_a_flipped_bit_anywhere_is_refused(original: Path) -> None:
    whole = (original / "backup").read_bytes()
    for bit in range(0, len(whole) * 8, 7):  # a bit of each byte
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FleetDamagedError):
            open_backup(bytes(damaged), SECRET, Path("damaged"))


def test_a_wrong_passphrase_another_file_and_none_are_told_apart(
    original: Path, tmp_path: Path
) -> None:
    with pytest.raises(FleetLockedError, match="passphrase of this backup"):
        read_backup(original / "backup", PASSPHRASE)
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff and so on")
    with pytest.raises(FleetDamagedError, match="no backup"):
        read_backup(tmp_path / "photo", SECRET)
    with pytest.raises(FleetMissingError, match="no file"):
        read_backup(tmp_path / "nothing", SECRET)


def test_a_backup_never_replaces_a_file_unless_told_to(original: Path) -> None:
    before = (original / "backup").read_bytes()
    with opened(original / "fleet", changing=False) as fleet:
        with pytest.raises(FleetUnavailableError, match="already"):
            write_backup(fleet, original / "backup", SECRET, kdf=INTERACTIVE)
        assert (original / "backup").read_bytes() == before
        write_backup(fleet, original / "backup", SECRET, replace=True, kdf=INTERACTIVE)
        assert (original / "backup").read_bytes() != before
    read_backup(original / "backup", SECRET)


def test_a_backup_that_reads_back_otherwise_leaves_the_one_before_it_in_its_place(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes((original / "backup").read_bytes())
    before, real = kept.read_bytes(), os.fsync

    def torn(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.pwrite(descriptor, b"torn", 200)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", torn)
    with opened(original / "fleet", changing=False) as fleet, pytest.raises(FleetDamagedError):
        write_backup(fleet, kept, SECRET, replace=True, kdf=INTERACTIVE)
    assert kept.read_bytes() == before
    assert os.listdir(tmp_path) == ["kept"]


def test_a_fleet_that_changed_while_it_was_read_gives_no_backup(folder: Path) -> None:
    with opened(folder, changing=False) as early:
        with opened(folder) as fleet:
            prove(fleet, "Roof 1")
        with pytest.raises(FleetBusyError, match="changed while it was read"):
            backup_of(early)


def test_a_channel_without_a_key_and_a_proof_without_hardware_are_no_backup(folder: Path) -> None:
    file = folder / "network.yaml"
    before = file.read_text()
    more = "  - {name: Roofs, key: sealed, jobs: [base, relay]}\nradios:"
    file.write_text(before.replace("radios:", more, 1))
    with opened(folder, changing=False) as fleet, pytest.raises(FleetRefusedError) as refused:
        backup_of(fleet)
    assert "no key yet, so no backup was made: Roofs" in str(refused.value)
    assert "radio fleet keys" in refused.value.hint
    file.write_text(before)
    with opened(folder) as fleet:
        fleet.save(book=fleet.book.without("Patrol 1"))
        with pytest.raises(FleetRefusedError, match="proof of Patrol 1"):
            backup_of(fleet)


def test_a_lost_radio_whose_proof_is_kept_does_not_keep_a_backup_from_being_made(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        declare(fleet, assess(fleet, "Base 1"))
        assert "Base 1" in backup_of(fleet).newest


def test_a_damaged_manifest_is_no_part_of_a_backup(folder: Path, tmp_path: Path) -> None:
    path = folder / "manifests" / "Base%201.sealed"
    path.write_bytes(path.read_bytes()[:-1])
    with opened(folder) as fleet, pytest.raises(FleetDamagedError, match="Base%201"):
        write_backup(fleet, tmp_path / "backup", SECRET, kdf=INTERACTIVE)
    assert not (tmp_path / "backup").exists()


def prove_again(fleet: Fleet) -> None:
    prove(fleet, "Patrol 1")


def lose_one(fleet: Fleet) -> None:
    declare(fleet, assess(fleet, "Base 1"))


def hand_one(fleet: Fleet) -> None:
    fleet.hand("Base 1", "18")


def begin_a_bound_one(fleet: Fleet) -> None:
    fleet.journal("Patrol 1").begin("digest", 5)


def begin_a_new_one(fleet: Fleet) -> None:
    fleet.bind("Roof 1", 77)
    fleet.journal("Roof 1").begin("digest", 77)


def end_the_one_begun(fleet: Fleet) -> None:
    fleet.journal("Patrol 2").done()


def damage_a_journal(fleet: Fleet) -> None:
    (fleet.folder / "journal" / "House%201.json").write_bytes(b"{")


def find_drift(fleet: Fleet) -> None:
    fleet.note_drift("Base 1", ("config.lora.hop_limit",))


def another_own_key(fleet: Fleet) -> None:
    fleet.bind("Base 1", fleet.binding("Base 1").node_number or 0, b"k" * 32)


def an_old_key(fleet: Fleet) -> None:
    fleet.save(ring=fleet.ring.drawn(["Neighbours"], os.urandom, fleet.now()))


def a_shorter_history(fleet: Fleet) -> None:
    newest = fleet.manifest("Base 1")
    assert newest is not None
    fleet.save_manifest(newest)


def prove_a_former_one(fleet: Fleet) -> None:
    prove(fleet, "House 1")
    gone = tuple(one for one in fleet.network.radios if one.name != "House 1")
    fleet.network = replace(fleet.network, radios=gone)


@pytest.mark.parametrize(
    ("change", "what", "newer"),
    [
        (prove_again, {"radio"}, True),
        (lose_one, {"channel", "binding", "lost", "old-key"}, True),
        (hand_one, {"binding"}, False),
        (begin_a_bound_one, {"unfinished"}, True),
        (begin_a_new_one, {"unfinished", "hardware"}, True),
        (end_the_one_begun, {"run"}, True),
        (damage_a_journal, {"unfinished"}, True),
        (find_drift, {"drift"}, True),
        (another_own_key, {"binding"}, False),
        (an_old_key, {"channel", "old-key"}, True),
        (a_shorter_history, {"other"}, False),
        (prove_a_former_one, {"radio", "hardware"}, True),
    ],
)
def test_what_is_different_is_shown_and_what_is_newer_here_is_known(
    change: Callable[[Fleet], None], what: set[str], newer: bool, folder: Path, backup: Backup
) -> None:
    with opened(folder) as fleet:
        assert differences(fleet, backup) == ()
        change(fleet)
        rows = differences(fleet, backup)
    assert what <= {row.what for row in rows}
    assert newer_here(rows) is newer


def test_a_loss_that_the_backup_knows_and_that_is_over_here_is_newer_here(
    folder: Path, tmp_path: Path
) -> None:
    with opened(folder) as fleet:
        declare(fleet, assess(fleet, "Base 1"))
        early = write_backup(fleet, tmp_path / "early", SECRET, kdf=INTERACTIVE)
        found_again(fleet, "Base 1")
        rows = differences(fleet, early)
    assert [row.what for row in rows] == ["found"]
    assert newer_here(rows)


def test_a_network_file_edited_since_is_a_difference(folder: Path, backup: Backup) -> None:
    (folder / "network.yaml").write_bytes((folder / "network.yaml").read_bytes() + b"# later\n")
    with opened(folder) as fleet:
        assert [row.what for row in differences(fleet, backup)] == ["network"]


def test_what_was_there_is_kept_aside_whole(folder: Path, backup: Backup) -> None:
    with opened(folder) as fleet:
        newest = prove(fleet, "Patrol 1")
        with pytest.raises(FleetBusyError):
            put_back(backup, folder, over=True)
    with pytest.raises(FleetRefusedError, match="already"):
        put_back(backup, folder)
    aside, second = put_back(backup, folder, over=True), put_back(backup, folder, over=True)
    assert aside is not None
    assert second not in (None, aside)
    with opened(aside) as kept, opened(folder) as fleet:
        assert kept.manifest("Patrol 1") == newest
        assert fleet.manifest("Patrol 1") != newest


@pytest.mark.parametrize("call", ["mkdir", "rename", "open", "fsync"])
def test_a_restore_that_fails_at_any_moment_loses_neither(
    call: str, folder: Path, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = os if call in ("open", "fsync") else Path
    with opened(folder) as fleet:
        newest = prove(fleet, "Patrol 1")
    real = getattr(owner, call)
    for number in range(1, 60):
        seen = 0

        def failing(*args: object, number: int = number, **options: object) -> object:
            nonlocal seen
            seen += 1
            if seen == number:
                raise OSError(28, "No space left on device")
            return real(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(owner, call, failing)
            try:
                put_back(backup, folder, over=True)
            except FleetError as error:
                assert "No space left" in str(error)  # noqa: PT017  # it may also not fail
            else:
                assert seen < number or call == "open"
                assert number > 1
                return
        found = [one for one in folder.parent.iterdir() if (one / "keys.sealed").exists()]
        kept = [one for one in found if newest == proven(one)]
        assert kept, f"{call} {number}: what was there is gone"
        assert folder in found, f"{call} {number}: no fleet in its place"
        if kept[0] != folder:
            return  # only the last sync failed: the exchange is done
    pytest.fail("it never came to an end")


def proven(folder: Path) -> object:
    with opened(folder, changing=False) as fleet:
        return fleet.manifest("Patrol 1")
