"""The keyslot file: what opens it, and what a damaged or hostile one may do."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from meshdefense.storage import keyslot_file
from meshdefense.storage.errors import (
    DeviceShareError,
    DuressPassphraseError,
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    KeyslotVersionError,
    PassphraseFileError,
    SecretInUseError,
    StorageError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslot_file import FILE_SIZE, KeyslotFile
from meshdefense.storage.keyslots import (
    INTERACTIVE,
    SENSITIVE,
    STANDARD,
    KdfStrength,
    SlotKind,
    StoreKey,
    change_passphrase,
    damaged_slots,
    destroy_keyslots,
    draw_key,
    open_keyslots,
    open_slot,
    remove_slot,
    slots_in_use,
    upgrade_keyslots,
    write_keyslots,
    write_slot,
)
from meshdefense.storage.keyslots_v1 import open_version_1
from meshdefense.storage.secret_files import make_share, read_passphrase_file, read_share

DATABASES = Path(__file__).parents[1] / "databases"
PASSPHRASE = b"correct horse battery staple"


@pytest.fixture(scope="module")
def key() -> StoreKey:
    return draw_key()


@pytest.fixture(scope="module")
def content(key: StoreKey, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A keyslot file of that key."""
    path = tmp_path_factory.mktemp("keyslots") / "keyslot.bin"
    write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
    return path.read_bytes()


def with_kdf(content: bytes, opslimit: int, kibibytes: int) -> bytes:
    """Other parameters and right checksums, as somebody who does it on purpose writes them."""
    head = bytearray(content[:33])
    struct.pack_into(">II", head, 9, opslimit, kibibytes)
    block = bytes(head) + keyslot_file._checksum(bytes(head)) + content[41:][: 513 - 41]
    return block.ljust(4096, b"\0") + block


def test_the_passphrase_opens_it(content: bytes, key: StoreKey, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    assert open_keyslots(path, PASSPHRASE) == key
    assert (len(key.key), len(key.salt)) == (32, 16)


def test_a_file_has_the_documented_size_and_mode(tmp_path: Path, key: StoreKey) -> None:
    path = tmp_path / "keyslot.bin"
    write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
    assert path.stat().st_size == 4096 + 33 + 8 + 72 + 8 + 4 * (90 + 8)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("wrong", [b"", b"x", PASSPHRASE + b"\n", PASSPHRASE.upper()])
def test_a_wrong_passphrase_opens_nothing(content: bytes, tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    with pytest.raises(WrongPassphraseError):
        open_keyslots(path, wrong)


def test_every_changed_byte_of_one_copy_is_mended_from_the_other(content: bytes) -> None:
    whole = KeyslotFile.decode(content)
    for place in (*range(513), *range(4096, len(content))):
        broken = bytearray(content)
        broken[place] ^= 1 << place % 8
        assert KeyslotFile.decode(bytes(broken)) == whole
    for cut in range(4096):  # the second copy is gone, the first one is cut in the end
        with contextlib.suppress(KeyslotDamagedError):
            found = KeyslotFile.decode(content[:cut])
            assert [s for s in found.slots if s] == [
                s for s, f in zip(whole.slots, found.slots, strict=True) if f
            ]
        assert cut >= 41 + 80 + 98 or _unreadable(content[:cut])


def _unreadable(content: bytes) -> bool:
    try:
        KeyslotFile.decode(content)
    except (KeyslotDamagedError, KeyslotForeignError):
        return True
    return False


def test_what_is_damaged_in_both_copies_is_named_and_the_others_still_open(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    opened = open_slot(path, PASSPHRASE)
    write_slot(path, opened, SlotKind.RECOVERY, b"code")
    place = open_slot(path, PASSPHRASE).place
    broken = bytearray(path.read_bytes())
    for copy in (0, 4096):
        broken[copy + 41 + 80 + 98 * place + 50] ^= 1
    path.write_bytes(broken)
    assert damaged_slots(path) == [place + 1]
    with pytest.raises(KeyslotDamagedError, match=f"numbers cannot be read: {place + 1}. .*sheet"):
        open_slot(path, PASSPHRASE)
    assert open_keyslots(path, b"code") == key
    change_passphrase(path, b"code", b"anew")
    assert damaged_slots(path) == []
    assert open_keyslots(path, b"anew") == key


def test_a_lost_directory_leaves_no_slot_behind_that_nobody_knows_of(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    write_slot(path, open_slot(path, PASSPHRASE), SlotKind.RECOVERY, b"code")
    broken = bytearray(path.read_bytes())
    for copy in (0, 4096):
        broken[copy + 60] ^= 1
    path.write_bytes(broken)
    assert open_keyslots(path, PASSPHRASE) == key
    change_passphrase(path, b"code", b"anew", kdf=INTERACTIVE)
    assert open_keyslots(path, b"anew") == key
    with pytest.raises(WrongPassphraseError):
        open_keyslots(path, PASSPHRASE)


@given(st.binary(max_size=600), st.integers(0, 600))
def test_any_bytes_are_refused_with_one_of_our_errors(body: bytes, cut: int) -> None:
    filled = keyslot_file.MAGIC + b"\x02" + body
    for content in (body, filled, filled[:cut].ljust(4096, b"\0") + filled):
        with contextlib.suppress(StorageError):
            KeyslotFile.decode(content)
            raise AssertionError("no part of it has a right checksum")
        with contextlib.suppress(StorageError):
            open_version_1(content, b"x")
            raise AssertionError("it opened")


def test_a_file_of_another_kind_is_told_from_a_damaged_one(content: bytes) -> None:
    with pytest.raises(KeyslotForeignError):
        KeyslotFile.decode(b"-----BEGIN OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(KeyslotDamagedError):
        KeyslotFile.decode(b"")
    later = bytearray(content)
    later[8] = later[4096 + 8] = 3
    with pytest.raises(KeyslotVersionError, match="Update"):
        KeyslotFile.decode(bytes(later))


# -- several slots ------------------------------------------------------------------------------


def test_slots_tell_nobody_what_they_are_for_or_whether_they_are_used(
    key: StoreKey, tmp_path: Path
) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    for path in (few, many):
        write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
    opened = open_slot(many, PASSPHRASE)
    write_slot(many, opened, SlotKind.RECOVERY, b"code")
    write_slot(many, opened, SlotKind.DURESS, b"forced")
    assert few.stat().st_size == many.stat().st_size
    for path in (few, many):
        file = KeyslotFile.decode(path.read_bytes())
        assert file.head[:17] == KeyslotFile.decode(content_of(key, tmp_path)).head[:17]
        assert file.damaged == []
        assert all(slot is not None and len(set(slot)) > 50 for slot in file.slots)
        assert len({bytes(slot or b"") for slot in file.slots}) == 4
    assert slots_in_use(many, opened) == {SlotKind.PASSPHRASE, SlotKind.RECOVERY, SlotKind.DURESS}
    assert slots_in_use(few, open_slot(few, PASSPHRASE)) == {SlotKind.PASSPHRASE}


def content_of(key: StoreKey, tmp_path: Path) -> bytes:
    path = tmp_path / "another"
    write_keyslots(path, key, b"x", kdf=INTERACTIVE)
    return path.read_bytes()


def test_the_place_of_a_slot_tells_nothing(key: StoreKey, tmp_path: Path) -> None:
    path, places = tmp_path / "keyslot.bin", set()
    for _ in range(40):  # 4 * (3/4)^40: wrong once in 25,000 runs
        write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
        places.add(open_slot(path, PASSPHRASE).place)
    assert places == {0, 1, 2, 3}


def test_each_slot_opens_and_can_be_replaced_and_removed_alone(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    opened = open_slot(path, PASSPHRASE)
    write_slot(path, opened, SlotKind.RECOVERY, b"code")
    write_slot(path, opened, SlotKind.DURESS, b"forced")
    write_slot(path, opened, SlotKind.RECOVERY, b"newer code")
    assert open_slot(path, b"newer code").kind is SlotKind.RECOVERY
    with pytest.raises(WrongPassphraseError):
        open_slot(path, b"code")
    forced = open_slot(path, b"forced")
    assert forced.kind is SlotKind.DURESS
    assert forced.key != key
    with pytest.raises(DuressPassphraseError, match="Wrong passphrase"):
        open_keyslots(path, b"forced")
    assert remove_slot(path, opened, SlotKind.DURESS)
    assert not remove_slot(path, opened, SlotKind.DURESS)
    with pytest.raises(WrongPassphraseError):
        open_slot(path, b"forced")
    assert remove_slot(path, opened, SlotKind.RECOVERY)
    with pytest.raises(ValueError, match="nothing would open"):
        remove_slot(path, opened, SlotKind.PASSPHRASE)
    assert open_keyslots(path, PASSPHRASE) == key


def test_one_secret_never_opens_two_slots(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    opened = open_slot(path, PASSPHRASE)
    with pytest.raises(SecretInUseError):
        write_slot(path, opened, SlotKind.DURESS, PASSPHRASE)
    write_slot(path, opened, SlotKind.DURESS, b"forced")
    with pytest.raises(SecretInUseError):
        change_passphrase(path, PASSPHRASE, b"forced")
    with pytest.raises(DuressPassphraseError):
        change_passphrase(path, b"forced", b"mine now")
    assert open_slot(path, PASSPHRASE).key == opened.key


def test_with_a_device_share_neither_half_opens_alone(key: StoreKey, tmp_path: Path) -> None:
    path, stick = tmp_path / "keyslot.bin", tmp_path / "stick"
    share = make_share(stick)
    write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE, share=share)
    assert read_share(stick) == share
    assert stick.stat().st_mode & 0o777 == 0o600
    assert open_keyslots(path, PASSPHRASE, share=share) == key
    for passphrase, other in ((PASSPHRASE, None), (PASSPHRASE, bytes(32)), (b"x", share)):
        with pytest.raises(WrongPassphraseError):
            open_keyslots(path, passphrase, share=other)
    write_slot(path, open_slot(path, PASSPHRASE, share=share), SlotKind.RECOVERY, b"code")
    assert open_keyslots(path, b"code") == key
    assert open_keyslots(path, b"code", share=share) == key
    change_passphrase(path, b"code", PASSPHRASE, new_share=None)
    assert open_keyslots(path, PASSPHRASE) == key


def test_a_device_share_that_is_none_is_said_and_one_there_is_not_overwritten(
    tmp_path: Path,
) -> None:
    share = tmp_path / "stick"
    share.write_bytes(b"a letter")
    with pytest.raises(DeviceShareError, match="File exists"):
        make_share(share)
    with pytest.raises(DeviceShareError, match="does not have 32 bytes"):
        read_share(share)
    with pytest.raises(DeviceShareError, match="No such file"):
        read_share(tmp_path / "none")
    assert share.read_bytes() == b"a letter"


def test_a_file_of_version_1_opens_and_the_next_change_renews_it(tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    for version in ("v0001", "v0002"):
        shutil.copy(DATABASES / version / "keyslot.bin", path)
        before = path.read_bytes()
        passphrase = (DATABASES / "passphrase").read_bytes().strip()
        key = open_keyslots(path, passphrase)
        assert path.read_bytes() == before
        assert open_slot(path, passphrase).place == -1
        assert not remove_slot(path, open_slot(path, passphrase), SlotKind.DURESS)
        with pytest.raises(ValueError, match="upgrade"):
            write_slot(path, open_slot(path, passphrase), SlotKind.RECOVERY, b"code")
        with pytest.raises(WrongPassphraseError):
            upgrade_keyslots(path, b"wrong")
        assert path.read_bytes() == before
        upgrade_keyslots(path, passphrase, kdf=INTERACTIVE)
        assert path.stat().st_size == FILE_SIZE
        assert open_keyslots(path, passphrase) == key
        shutil.copy(DATABASES / version / "keyslot.bin", path)
        change_passphrase(path, passphrase, b"new", kdf=INTERACTIVE)
        assert open_keyslots(path, b"new") == key


def test_a_damaged_file_of_version_1_is_told_from_a_wrong_passphrase() -> None:
    content = (DATABASES / "v0001" / "keyslot.bin").read_bytes()
    for place in range(9, len(content)):
        broken = bytearray(content)
        broken[place] ^= 1 << place % 8
        with pytest.raises(KeyslotDamagedError):
            open_version_1(bytes(broken), b"x")
        with pytest.raises(KeyslotDamagedError):
            open_version_1(content[:place], b"x")


@pytest.mark.parametrize(
    ("opslimit", "kibibytes"),
    [
        (1, 65536),  # too weak
        (2, 65535),
        (0, 0),
        (2, 100 * 1024 * 1024),  # 100 GiB
        (2, 0xFFFFFFFF),
        (5, 1024 * 1024),  # memory right, but too many passes over it
        (0xFFFFFFFF, 65536),  # weeks
    ],
)
def test_parameters_out_of_bounds_are_refused_before_they_cost_anything(
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    opslimit: int,
    kibibytes: int,
) -> None:
    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("argon2id was run")

    monkeypatch.setattr(argon2id, "kdf", never)
    path = tmp_path / "keyslot.bin"
    path.write_bytes(with_kdf(content, opslimit, kibibytes))
    with pytest.raises(KeyslotDowngradeError):
        open_keyslots(path, PASSPHRASE)


def test_changed_parameters_open_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(with_kdf(content, 3, 65536))
    with pytest.raises(WrongPassphraseError):
        open_keyslots(path, PASSPHRASE)


def test_the_profiles_are_within_the_bounds_and_in_order() -> None:
    for profile in (INTERACTIVE, STANDARD, SENSITIVE):
        keyslot_file.check_strength(profile)
    costs = [kdf.opslimit * kdf.memlimit for kdf in (INTERACTIVE, STANDARD, SENSITIVE)]
    assert costs == sorted(costs)
    with pytest.raises(KeyslotDowngradeError):
        keyslot_file.check_strength(KdfStrength(1, 1 << 30))


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1025])
def test_a_passphrase_of_no_or_too_many_bytes_is_refused(
    tmp_path: Path, key: StoreKey, passphrase: bytes
) -> None:
    with pytest.raises(ValueError, match="1 to 1024 bytes"):
        write_keyslots(tmp_path / "keyslot.bin", key, passphrase, kdf=INTERACTIVE)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_passphrase_opens_and_the_old_one_does_not(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    with pytest.raises(WrongPassphraseError):
        change_passphrase(path, b"wrong", b"new", kdf=INTERACTIVE)
    assert path.read_bytes() == content
    change_passphrase(path, PASSPHRASE, b"new", kdf=INTERACTIVE)
    assert open_keyslots(path, b"new") == key
    with pytest.raises(WrongPassphraseError):
        open_keyslots(path, PASSPHRASE)
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_secret_is_in_a_repr_or_traceback(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    assert repr(key) == "StoreKey()"
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    assert "key" not in repr(open_slot(path, PASSPHRASE))
    assert repr(KeyslotFile.decode(content)) == f"KeyslotFile(kdf={INTERACTIVE!r})"
    wrong = b"CAN" + b"ARY"  # in two pieces, since a traceback quotes this line
    with pytest.raises(WrongPassphraseError) as caught:
        open_keyslots(path, wrong)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))


def test_a_missing_or_unreadable_file_is_said(tmp_path: Path, key: StoreKey) -> None:
    with pytest.raises(KeyslotMissingError):
        open_keyslots(tmp_path / "keyslot.bin", PASSPHRASE)
    with pytest.raises(KeyslotUnavailableError, match="directory"):
        open_keyslots(tmp_path, PASSPHRASE)
    with pytest.raises(KeyslotUnavailableError, match="No such file"):
        write_keyslots(tmp_path / "none" / "keyslot.bin", key, PASSPHRASE, kdf=INTERACTIVE)


def test_a_failed_write_leaves_the_old_file(
    content: bytes, key: StoreKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyslotUnavailableError, match="No space left"):
        change_passphrase(path, PASSPHRASE, b"new", kdf=INTERACTIVE)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [path]
    assert open_keyslots(path, PASSPHRASE) == key


def test_a_file_left_by_a_crash_is_in_nobodys_way(key: StoreKey, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    (tmp_path / "keyslot.bin.new").write_bytes(b"half")
    write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
    assert open_keyslots(path, PASSPHRASE) == key
    assert list(tmp_path.iterdir()) == [path]


def test_too_little_memory_is_said_and_not_a_crash(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from meshdefense.storage.errors import KeyslotUnavailableError\n"
        "from meshdefense.storage.keyslots import open_keyslots\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (32 << 20),) * 2)\n"
        "try:\n"
        "    open_keyslots(Path(sys.argv[1]), b'x')\n"
        "except KeyslotUnavailableError as error:\n"
        "    print(error)\n"
    )
    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc")
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert "needs 64 MiB of memory" in done.stdout


def test_a_destroyed_file_is_overwritten_and_gone(content: bytes, tmp_path: Path) -> None:
    path, seen = tmp_path / "keyslot.bin", tmp_path / "same file"
    path.write_bytes(content)
    os.link(path, seen)
    destroy_keyslots(path)
    assert not path.exists()
    for part in (content[17:60], content[60:513], content[4096 + 17 :]):
        assert part not in seen.read_bytes()
    destroy_keyslots(path)


# -- passphrase files ---------------------------------------------------------------------------


def passphrase_file(tmp_path: Path, content: bytes, mode: int = 0o600) -> Path:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        (b"words", b"words"),
        (b"words\n", b"words"),
        (b"words\r\n", b"words"),
        (b" words \n\n", b" words \n"),
        (b"\xef\xbb\xbfwords\r\n", b"words"),
        (b"x" * 1024 + b"\r\n", b"x" * 1024),
    ],
)
def test_one_newline_is_not_part_of_the_passphrase(
    tmp_path: Path, content: bytes, passphrase: bytes
) -> None:
    assert read_passphrase_file(passphrase_file(tmp_path, content)) == passphrase


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_passphrase_file_open_to_others_is_refused_with_the_cure(
    tmp_path: Path, mode: int
) -> None:
    path = passphrase_file(tmp_path, b"words", mode)
    with pytest.raises(PassphraseFileError, match=f"chmod 600 {path}"):
        read_passphrase_file(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 1025, b"x" * 5000])
def test_an_empty_or_too_long_passphrase_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PassphraseFileError, match=r"is (empty|longer than 1024 bytes)"):
        read_passphrase_file(passphrase_file(tmp_path, content))


def test_an_endless_passphrase_file_is_refused() -> None:
    with pytest.raises(PassphraseFileError, match="longer"):
        read_passphrase_file(Path("/dev/zero"))


def test_a_missing_passphrase_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(PassphraseFileError, match="No such file"):
        read_passphrase_file(tmp_path / "none")
    with pytest.raises(PassphraseFileError, match="directory"):
        read_passphrase_file(tmp_path)


def test_a_passphrase_comes_through_a_pipe_in_pieces() -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, b"wor")
        os.write(writing, b"ds\n")
        os.close(writing)
        assert read_passphrase_file(Path(f"/dev/fd/{reading}")) == b"words"
    finally:
        os.close(reading)
