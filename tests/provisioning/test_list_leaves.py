"""`radio list` beside a daemon: boards on USB too, but never the one that is in use."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from meshdefense.cli import radio_list
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.provisioning import listing
from meshdefense.provisioning.finding import Finding, Standing
from meshdefense.provisioning.listing import Plugged
from meshdefense.radio.addresses import Address, SerialAddress


def test_a_radio_in_use_is_not_opened_whatever_its_link_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used, other, modem = (str(tmp_path / name) for name in ("ttyACM0", "ttyACM1", "ttyUSB7"))
    link = tmp_path / "usb-RAK"
    link.symlink_to(used)
    boards = [
        Plugged(SerialAddress(used), True, "board"), Plugged(SerialAddress(other), True, "board"),
        Plugged(SerialAddress(modem), False, "modem"),
    ]  # fmt: skip
    opened: list[str] = []

    def look(addresses: list[Address], fleet: object) -> list[Finding]:
        opened.extend(map(str, addresses))
        return [Finding(str(one), Standing.SILENT, "no answer") for one in addresses]

    monkeypatch.setattr(listing, "plugged_radios", lambda: boards)
    monkeypatch.setattr(radio_list, "look_at", look)
    parser = argparse.ArgumentParser()
    radio_list.configure(parser)
    words = ["--json", "--plain", "--plugged", "--leave", f"serial:{link}", "--", "tcp:10.0.0.9"]
    assert radio_list.run(parser.parse_args(words)) == ExitCode.OK
    assert opened == ["tcp:10.0.0.9", f"serial:{other}"]
    assert [one["address"] for one in json.loads(capsys.readouterr().out)] == opened
