"""A fleet on the disk: made whole, changed by one at a time, keys never in clear."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import shutil
import stat
from pathlib import Path

import pytest

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
from meshdefense.provisioning.manifests import HISTORY_MAX
from meshdefense.provisioning.overview import State, overview
from support.fleets import NETWORK, PASSPHRASE, made_fleet, node_of, opened, prove

HAND_KEY = hashlib.sha256(b"by hand").digest()
HAND_TEXT = base64.b64encode(HAND_KEY).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_fleet(tmp_path / "fleet").close()
    return tmp_path / "fleet"


def written(folder: Path, *changes: tuple[str, str]) -> None:
    """Edit network.yaml as a person does."""
    text = (folder / "network.yaml").read_bytes().decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "network.yaml").write_bytes(text.encode())


def states(fleet: Fleet) -> dict[str, str]:
    return {row.name: row.state.value for row in overview(fleet)}


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_new_fleet_has_a_key_of_32_bytes_for_each_channel_and_lets_nobody_look(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        keys = fleet.channel_keys()
        assert list(keys) == ["South", "Neighbours"]
        assert {len(key) for key in keys.values()} == {32}
        assert len(set(keys.values())) == 2
        shown = f"{fleet.ring!r} {fleet.ring.channels!r} {fleet.book!r}"
    for key in (*keys.values(), fleet.ring.seed):
        assert key not in everything(folder)
        assert base64.b64encode(key) not in everything(folder)
        assert repr(key) not in shown
    for path in [folder, *folder.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    assert (folder / "network.yaml").read_text() == NETWORK


def test_a_wrong_passphrase_opens_nothing(folder: Path) -> None:
    with pytest.raises(FleetLockedError, match="not the passphrase"):
        Fleet.open(folder, b"correct horse batterx")


def test_one_process_changes_a_fleet_and_others_read_meanwhile(folder: Path) -> None:
    with opened(folder) as fleet:
        with pytest.raises(FleetBusyError, match=str(os.getpid())):
            opened(folder)
        with opened(folder, changing=False) as reader:
            assert reader.channel_keys() == fleet.channel_keys()
            with pytest.raises(RuntimeError, match="opened to read"):
                reader.hand("Base 1", "17")
            reader.close()
        fleet.hand("Base 1", "17")
    with opened(folder) as fleet:
        assert fleet.binding("Base 1").member == "17"


def test_a_fleet_is_never_made_over_anything(folder: Path, tmp_path: Path) -> None:
    before = everything(folder)
    with pytest.raises(FleetRefusedError, match="already"):
        made_fleet(folder)
    assert everything(folder) == before
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("somebody's")
    with pytest.raises(FleetRefusedError, match="other things"):
        made_fleet(tmp_path / "letters")
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["one.txt"]
    with pytest.raises(FleetRefusedError, match="line"):
        made_fleet(tmp_path / "wrong", NETWORK.replace("LONG_FAST", "LONG_FOST"))
    assert not (tmp_path / "wrong").exists()


def test_a_disk_that_fails_while_a_fleet_is_made_leaves_none_and_the_next_try_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    for number in range(1, 60):
        root, seen = tmp_path / str(number), 0

        def failing(descriptor: int, number: int = number) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", failing)
            try:
                made_fleet(root / "fleet").close()
            except FleetUnavailableError:
                pass
            else:
                assert 10 < seen < number, "a failure was not noticed"
                return
        there = (root / "fleet").exists()  # then the keys are drawn at the next opening
        with opened(root / "fleet") if there else made_fleet(root / "fleet") as fleet:
            assert set(fleet.channel_keys()) == {"South", "Neighbours"}
        assert [path.name for path in root.iterdir()] == ["fleet"]
    pytest.fail("it never came to an end")


def test_a_folder_that_takes_nothing_is_said_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    with opened(folder) as fleet:
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", refusing)
            with pytest.raises(FleetUnavailableError, match="Read-only file system"):
                fleet.hand("Base 1", "17")
        assert fleet.binding("Base 1").member is None
    with opened(folder) as fleet:
        assert fleet.binding("Base 1").member is None


@pytest.mark.parametrize("name", ["keys.sealed", "radios.sealed", "network.yaml"])
def test_a_missing_or_damaged_file_is_named_and_the_backup_is_recommended(
    name: str, folder: Path
) -> None:
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    with pytest.raises(FleetError, match=name):
        opened(folder)
    (folder / name).write_bytes(b"\xff" + content)
    with pytest.raises(FleetDamagedError):
        opened(folder)
    if name != "network.yaml":
        (folder / name).write_bytes(content[:-1])
        with pytest.raises(FleetDamagedError, match=name) as caught:
            opened(folder)
        assert "radio restore" in caught.value.hint


def test_files_cannot_be_swapped_between_fleets_or_places(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as fleet:
        prove(fleet, "Patrol 1")
    shutil.copy(
        folder / "manifests" / "Patrol%201.sealed", folder / "manifests" / "Patrol%202.sealed"
    )
    with opened(folder) as fleet, pytest.raises(FleetDamagedError, match="another fleet"):
        fleet.history("Patrol 2")
    made_fleet(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / "keys.sealed", folder / "keys.sealed")
    with pytest.raises(FleetDamagedError, match="another fleet"):
        opened(folder)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_key_written_by_hand_is_sealed_and_no_other_byte_of_the_file_changes(
    ends: str, tmp_path: Path
) -> None:
    text = NETWORK.replace("key: sealed", f"key: base64:{HAND_TEXT}  # from the old network", 1)
    text = text.replace("\n", ends)
    with made_fleet(tmp_path / "fleet", text) as fleet:
        assert fleet.channel_keys()["South"] == HAND_KEY
        assert any("South" in notice and "sealed" in notice for notice in fleet.notices)
    assert (tmp_path / "fleet" / "network.yaml").read_bytes() == text.replace(
        f"base64:{HAND_TEXT}", "sealed"
    ).encode()
    assert HAND_TEXT.encode() not in everything(tmp_path / "fleet")
    with opened(tmp_path / "fleet") as fleet:
        assert (fleet.channel_keys()["South"], fleet.notices) == (HAND_KEY, [])


def test_the_bytes_that_had_the_key_are_overwritten(folder: Path, tmp_path: Path) -> None:
    written(folder, ("key: sealed", f"key: base64:{HAND_TEXT}"))
    os.link(folder / "network.yaml", tmp_path / "the same bytes")
    opened(folder, taking=frozenset({"South"})).close()
    assert HAND_TEXT.encode() not in (tmp_path / "the same bytes").read_bytes()
    assert (folder / "network.yaml").read_text() == NETWORK


def test_another_key_by_hand_is_refused_until_it_is_taken_and_the_old_one_is_kept(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        before = fleet.channel_keys()["South"]
        prove(fleet, "Patrol 1")
    written(folder, ("key: sealed", f"key: base64:{HAND_TEXT}"))
    held = everything(folder)
    with pytest.raises(FleetRefusedError, match="another key") as caught:
        opened(folder)
    assert "--take South" in caught.value.hint
    assert HAND_TEXT not in str(caught.value) + caught.value.hint
    assert everything(folder) == held
    with opened(folder, taking=frozenset({"South"})) as fleet:
        assert fleet.channel_keys()["South"] == HAND_KEY
        assert [one.key for one in fleet.ring.old] == [before]
        assert states(fleet)["Patrol 1"] == State.KEY_OLD.value


def test_a_crash_between_sealing_and_replacing_is_mended_at_the_next_opening(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, ("key: sealed", f"key: base64:{HAND_TEXT}"))

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("meshdefense.provisioning.network_text._seal_in_text", cut)
        with pytest.raises(KeyboardInterrupt):
            opened(folder, taking=frozenset({"South"}))
    with opened(folder) as fleet:
        assert fleet.channel_keys()["South"] == HAND_KEY
    assert (folder / "network.yaml").read_text() == NETWORK


def test_a_channel_that_is_added_gets_a_key_and_the_others_keep_theirs(folder: Path) -> None:
    with opened(folder) as fleet:
        before = fleet.channel_keys()
    written(folder, ("radios:", "  - {name: Roofs, key: sealed, jobs: [relay]}\nradios:"))
    with opened(folder, changing=False) as fleet:
        assert fleet.channel_keys() == before
    with opened(folder) as fleet:
        after = fleet.channel_keys()
        assert fleet.notices == ["New keys were drawn for these channels: Roofs"]
    assert {name: after[name] for name in before} == before
    assert len(after["Roofs"]) == 32


def test_hardware_is_one_radio_and_a_radio_is_one_hardware(folder: Path) -> None:
    with opened(folder) as fleet:
        fleet.bind("Base 1", 1, b"k" * 32)
        fleet.bind("Base 1", 1)
        assert fleet.binding("Base 1").public_key == b"k" * 32
        with pytest.raises(FleetRefusedError, match="Base 1 already"):
            fleet.bind("Patrol 1", 1)
        with pytest.raises(FleetRefusedError, match="!00000001"):
            fleet.bind("Base 1", 2)
        fleet.bind("Base 1", 2, b"n" * 32, anew=True)
        with pytest.raises(FleetMissingError, match="Patrol 1"):
            fleet.bind("Patrol 9", 3)
    with opened(folder) as fleet:
        assert (fleet.radio_of(2), fleet.radio_of(1)) == ("Base 1", None)


def test_states_follow_what_was_done(folder: Path) -> None:
    with opened(folder) as fleet:
        assert set(states(fleet).values()) == {"not-yet"}
        fleet.bind("Patrol 1", node_of("Patrol 1"))
        journal = fleet.journal("Patrol 1")
        journal.begin("digest", node_of("Patrol 1"))
        assert states(fleet)["Patrol 1"] == "unfinished"
        prove(fleet, "Patrol 1")
        assert states(fleet)["Patrol 1"] == "unfinished"
        journal.done()
        assert states(fleet)["Patrol 1"] == "proven"
        fleet.note_drift("Patrol 1", ("config.lora.hop_limit",))
        assert states(fleet)["Patrol 1"] == "drift"
        fleet.note_drift("Patrol 1", ())
        assert states(fleet)["Patrol 1"] == "proven"
    written(folder, ("hop_limit: 3", "hop_limit: 5"))
    with opened(folder) as fleet:
        assert states(fleet)["Patrol 1"] == "changed"
        prove(fleet, "Patrol 1")
        assert states(fleet)["Patrol 1"] == "proven"


def test_the_history_of_a_radio_is_kept_and_other_hardware_does_not_inherit_its_proof(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        for at in range(HISTORY_MAX + 2):
            prove(fleet, "Patrol 1", at=at)
        history = fleet.history("Patrol 1")
        assert [one.manifest.proven_at for one in history] == list(range(2, HISTORY_MAX + 2))
        fleet.bind("Patrol 1", 77, b"n" * 32, anew=True)
        assert fleet.manifest("Patrol 1") is None
        assert states(fleet)["Patrol 1"] == "not-yet"


def test_a_manifest_of_other_hardware_is_refused(folder: Path) -> None:
    with opened(folder) as fleet:
        manifest = prove(fleet, "Patrol 1")
        fleet.bind("Patrol 1", 77, b"n" * 32, anew=True)
        with pytest.raises(FleetRefusedError, match="other hardware"):
            fleet.save_manifest(manifest)


def test_a_radio_that_is_forgotten_leaves_its_name_free(folder: Path) -> None:
    with opened(folder) as fleet:
        prove(fleet, "Patrol 1")
        fleet.hand("Patrol 1", "17")
        fleet.journal("Patrol 1").begin("digest", 1)
        fleet.forget("Patrol 1")
        assert states(fleet)["Patrol 1"] == "not-yet"
        assert fleet.binding("Patrol 1").member is None
        fleet.bind("Patrol 1", 5)
    assert PASSPHRASE not in everything(folder)
