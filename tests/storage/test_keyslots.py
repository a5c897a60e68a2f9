"""The keyslot file: what opens it, and what a damaged or hostile one may do."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from meshdefense.storage import keyslots
from meshdefense.storage.errors import (
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    KeyslotVersionError,
    PassphraseFileError,
    StorageError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslots import (
    INTERACTIVE,
    SENSITIVE,
    STANDARD,
    KdfStrength,
    StoreKey,
    change_passphrase,
    destroy_keyslots,
    draw_key,
    open_keyslots,
    read_passphrase_file,
    write_keyslots,
)

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


def signed(body: bytes) -> bytes:
    """A file with a right checksum, as somebody who changes it on purpose would write it."""
    return body + keyslots._checksum(body)


def with_kdf(content: bytes, opslimit: int, kibibytes: int) -> bytes:
    body = bytearray(content[:-16])
    struct.pack_into(">II", body, 13, opslimit, kibibytes)
    return signed(bytes(body))


def test_the_passphrase_opens_it(content: bytes, key: StoreKey, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    assert open_keyslots(path, PASSPHRASE) == key
    assert (len(key.key), len(key.salt)) == (32, 16)


def test_a_file_has_the_documented_size_and_mode(tmp_path: Path, key: StoreKey) -> None:
    path = tmp_path / "keyslot.bin"
    write_keyslots(path, key, PASSPHRASE, kdf=INTERACTIVE)
    assert path.stat().st_size == 10 + 3 + 8 + 16 + 24 + 64 + 16
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("wrong", [b"", b"x", PASSPHRASE + b"\n", PASSPHRASE.upper()])
def test_a_wrong_passphrase_is_told_from_damage(
    content: bytes, tmp_path: Path, wrong: bytes
) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    with pytest.raises(WrongPassphraseError):
        open_keyslots(path, wrong)
    path.write_bytes(content[:60] + bytes([content[60] ^ 1]) + content[61:])
    with pytest.raises(KeyslotDamagedError):
        open_keyslots(path, PASSPHRASE)


def test_every_changed_byte_and_every_cut_is_noticed(content: bytes) -> None:
    for place in range(len(content)):
        for bit in range(8):
            broken = bytearray(content)
            broken[place] ^= 1 << bit
            with pytest.raises(StorageError):
                keyslots._decode(bytes(broken))
        with pytest.raises((KeyslotDamagedError, KeyslotForeignError)):
            keyslots._decode(content[:place])
    with pytest.raises(KeyslotDamagedError):
        keyslots._decode(content + b"\x00")


@given(st.binary(max_size=600))
def test_any_bytes_are_refused_with_one_of_our_errors(body: bytes) -> None:
    for content in (body, signed(keyslots.MAGIC + body), signed(keyslots.MAGIC + b"\x01" + body)):
        try:
            slots = keyslots._decode(content)
        except StorageError:
            continue
        assert keyslots._encode(slots) == content  # whatever passes is in the one right form


def test_a_file_of_another_kind_is_told_from_a_damaged_one(content: bytes) -> None:
    with pytest.raises(KeyslotForeignError):
        keyslots._decode(b"-----BEGIN OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(KeyslotDamagedError):
        keyslots._decode(b"")
    body = bytearray(content[:-16])
    body[8] = 2
    with pytest.raises(KeyslotVersionError, match="Update"):
        keyslots._decode(signed(bytes(body)))


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
        keyslots._check_strength(profile)
    costs = [kdf.opslimit * kdf.memlimit for kdf in (INTERACTIVE, STANDARD, SENSITIVE)]
    assert costs == sorted(costs)
    with pytest.raises(KeyslotDowngradeError):
        keyslots._check_strength(KdfStrength(1, 1 << 30))


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


def test_slots_of_unknown_kinds_are_kept(content: bytes, key: StoreKey, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    unknown = b"\x07" + struct.pack(">H", 5) + b"later"
    body = content[:9] + b"\x02" + unknown + content[10:-16]
    path.write_bytes(signed(body))
    assert open_keyslots(path, PASSPHRASE) == key
    change_passphrase(path, PASSPHRASE, b"new", kdf=INTERACTIVE)
    assert unknown in path.read_bytes()
    assert open_keyslots(path, b"new") == key


def test_a_passphrase_slot_of_another_length_is_damage(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "keyslot.bin"
    path.write_bytes(signed(content[:10] + b"\x01" + struct.pack(">H", 5) + b"short"))
    with pytest.raises(KeyslotDamagedError):
        open_keyslots(path, PASSPHRASE)


def test_nothing_secret_is_in_a_repr_or_traceback(
    content: bytes, key: StoreKey, tmp_path: Path
) -> None:
    assert repr(key) == "StoreKey()"
    path = tmp_path / "keyslot.bin"
    path.write_bytes(content)
    slot = keyslots._decode(content)[0]
    assert slot.body.hex() not in repr(slot)
    assert "body" not in repr(slot)
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
    assert content[13:60] not in seen.read_bytes()
    assert content[60:] not in seen.read_bytes()
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
