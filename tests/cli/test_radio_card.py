"""`meshdefense radio card`: files for the printer, and never a key that nobody asked for."""

from __future__ import annotations

import base64
import json
import re
import stat
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.provisioning.lost import assess, declare
from meshdefense_radio.channel_url import channel_url
from support.fleets import PASSPHRASE, made_fleet, opened, prove

PROVEN = ("Base 1", "Patrol 1", "House 1")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], str]:
    """A fleet with three proven radios; its channels' keys; the address on a neighbour's card."""
    folder = tmp_path_factory.mktemp("card") / "fleet"
    with made_fleet(folder) as fleet:
        for name in PROVEN:
            prove(fleet, name)
        wanted = fleet.desired_for("House 1")
        url = channel_url(wanted.channels, wanted.config["lora"])
        return folder, fleet.channel_keys(), url


@pytest.fixture
def ask(keys: tuple[Path, dict[str, bytes], str], tmp_path: Path) -> Any:
    """Ask for cards of that fleet, into a folder of their own."""
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE + b"\n")
    secret.chmod(0o600)

    def asked(*words: str) -> int:
        return main(
            ["radio", "card", *words, "--fleet", str(keys[0]), "--passphrase-file", str(secret),
             "--out", str(tmp_path / "out")]
        )  # fmt: skip

    return asked


def test_all_proven_radios_get_a_card_and_the_others_are_named(
    ask: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("--all", "--json") == ExitCode.OK
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["radios"] == list(PROVEN)
    assert found["not_proven"] == ["Patrol 2", "Roof 1"]
    assert "Patrol 2, Roof 1" in printed.err
    (file,) = map(Path, found["files"])
    assert file == tmp_path / "out" / "cards.pdf"
    assert file.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_one_label_as_svg_says_the_proven_code(
    ask: Any, tmp_path: Path, keys: tuple[Path, dict[str, bytes], str]
) -> None:
    assert ask("Patrol 1", "--label", "--svg", "--paper", "letter") == ExitCode.OK
    root = ET.parse(tmp_path / "out" / "labels-1.svg").getroot()
    assert root.attrib["width"] == "215.9mm"
    said = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Patrol 1" in said
    assert any(re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", one or "") for one in said)


def test_no_file_and_no_line_holds_a_key_that_nobody_asked_for(
    ask: Any,
    tmp_path: Path,
    keys: tuple[Path, dict[str, bytes], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in ((), ("--label",), ("--svg",), ("--label", "--svg")):
        assert ask("--all", *words) == ExitCode.OK
    printed = capsys.readouterr()
    for path in (tmp_path / "out").iterdir():
        everything = unpacked(path.read_bytes())
        assert b"meshtastic" not in everything
        for key in keys[1].values():
            for form in forms(key):
                assert form not in everything
                assert form.decode("latin-1") not in printed.out + printed.err


def test_a_channel_is_drawn_only_as_a_code_and_with_a_warning(
    ask: Any,
    tmp_path: Path,
    keys: tuple[Path, dict[str, bytes], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    from meshdefense.provisioning.drawing.codes import qr_code
    from meshdefense.provisioning.drawing.svg import runs

    assert ask("House 1", "--svg", "--with-channel") == ExitCode.OK
    printed = capsys.readouterr()
    assert "hold channel keys" in printed.err
    path = tmp_path / "out" / "cards-1.svg"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    code = qr_code(keys[2], 0, 0, 30, error="L")
    drawn = "".join(f"M{start} {y}h{length}v1h-{length}z" for y, start, length in runs(code))
    assert drawn in text
    for form in forms(keys[1]["Neighbours"]):
        assert form not in text.encode()
        assert form.decode("latin-1") not in printed.out + printed.err


def test_a_label_never_holds_a_key(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("House 1", "--label", "--with-channel") == ExitCode.USAGE
    assert "a label never holds a key" in capsys.readouterr().err


def test_the_same_radios_give_the_same_file(ask: Any, tmp_path: Path) -> None:
    assert ask("--all") == ExitCode.OK
    first = (tmp_path / "out" / "cards.pdf").read_bytes()
    assert ask("--all", "--replace") == ExitCode.OK
    assert (tmp_path / "out" / "cards.pdf").read_bytes() == first


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(
    ask: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("Patrol 1") == ExitCode.OK
    assert ask("Base 1") == ExitCode.REFUSED
    assert "--replace" in capsys.readouterr().err
    assert ask("base 1") == ExitCode.NOT_FOUND
    assert "no radio of this network; did you mean Base 1?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), ExitCode.USAGE, "name the radios, or take --all"),
        (("Patrol 1", "--all"), ExitCode.USAGE, "name the radios, or take --all"),
        (("Patrol 9",), ExitCode.NOT_FOUND, "Patrol 9 is no radio of this network"),
        (("Roof 1",), ExitCode.REFUSED, "none of these radios was proven yet: Roof 1"),
        (("Roof 1",), ExitCode.REFUSED, "meshdefense radio apply ADDRESS --as NAME"),
    ],
)
def test_what_cannot_be_printed_is_said_in_words(
    words: tuple[str, ...],
    code: ExitCode,
    told: str,
    ask: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert ask(*words) == code
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def after_a_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Ask for cards of a fleet of which Patrol 1 was lost, and nothing written since."""
    folder, secret = tmp_path / "fleet", tmp_path / "passphrase"
    with made_fleet(folder) as fleet:
        for name in PROVEN:
            prove(fleet, name)
        declare(fleet, assess(fleet, "Patrol 1"))
    secret.write_bytes(PASSPHRASE + b"\n")
    secret.chmod(0o600)

    def asked(*words: str) -> tuple[int, str, str]:
        code = main(
            ["radio", "card", *words, "--fleet", str(folder), "--passphrase-file", str(secret),
             "--out", str(tmp_path / "out")]
        )  # fmt: skip
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return asked


def test_a_radio_known_to_be_unfinished_or_otherwise_gets_no_card_and_no_label(
    after_a_loss: Any, tmp_path: Path
) -> None:
    with opened(tmp_path / "fleet") as fleet:
        fleet.journal("Base 1").begin("digest", 5)
        fleet.note_drift("House 1", ("config.lora.hop_limit",))
        prove(fleet, "Patrol 2")
    for form in ((), ("--label",)):
        code, out, err = after_a_loss("--all", "--json", "--replace", *form)
        assert code == ExitCode.OK
        found = json.loads(out)
        assert found["radios"] == ["Patrol 2"]
        assert (found["unfinished"], found["drifted"]) == (["Base 1"], ["House 1"])
        assert "unfinished, so without a card: Base 1" in err
        assert "found otherwise than proven, so without a card: House 1" in err
    code, _, err = after_a_loss("Base 1", "--label", "--replace")
    assert code == ExitCode.REFUSED
    assert "unfinished, so without a card: Base 1" in err


def test_a_new_key_is_never_drawn_beside_an_old_proof(after_a_loss: Any, tmp_path: Path) -> None:
    code, _, err = after_a_loss("Base 1", "House 1", "--with-channel")
    assert code == ExitCode.REFUSED
    assert "written with an older network file or key: Base 1. A card would show" in err
    assert "meshdefense radio apply ADDRESS --as NAME" in err
    assert not (tmp_path / "out").exists()
    assert after_a_loss("House 1", "--with-channel")[0] == ExitCode.OK  # holds no lost channel


def test_labels_with_an_old_code_are_told(after_a_loss: Any) -> None:
    code, out, err = after_a_loss("--all", "--label", "--json")
    assert code == ExitCode.OK
    assert "written with an older network file or key, so with an old code: Base 1\n" in err
    found = json.loads(out)
    assert (found["old"], found["radios"]) == (["Base 1"], ["Base 1", "House 1"])


def test_a_lost_radio_gets_no_card_and_is_called_lost(after_a_loss: Any) -> None:
    code, out, err = after_a_loss("--all", "--json")
    assert code == ExitCode.OK
    assert "lost, so without a card: Patrol 1\n" in err
    found = json.loads(out)
    assert (found["lost"], found["not_proven"]) == (["Patrol 1"], ["Patrol 2", "Roof 1"])
    code, _, err = after_a_loss("Patrol 1")
    assert (code, "lost, so without a card: Patrol 1" in err) == (ExitCode.REFUSED, True)
    assert "proven" not in err


def forms(key: bytes) -> list[bytes]:
    """A key as it might be written somewhere."""
    return [
        key,
        key.hex().encode(),
        base64.b64encode(key)[:40],
        base64.urlsafe_b64encode(key)[:40],
    ]


def unpacked(content: bytes) -> bytes:
    """A file, and what is packed in it."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return b"\n".join([content, *(zlib.decompress(one) for one in found)])
