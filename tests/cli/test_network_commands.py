"""Founding a network with others, and asking to be let in, as a person does it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.moments import moment
from meshdefense.cli.passphrases import CliError
from meshdefense.enrolment import load_membership
from support.daemons import PASSPHRASE, private_file
from support.organizers import ASH, BASE, BIRCH, Organizers


@pytest.fixture
def empty(tmp_path: Path) -> Organizers:
    """Nobody has a node yet."""
    private_file(tmp_path / "passphrase", PASSPHRASE + "\n")
    made = Organizers(tmp_path)
    for handle in (BASE, ASH, BIRCH):  # stores that open quickly
        made.store(handle).close()
    return made


def create(empty: Organizers, *words: object) -> tuple[int, str, str]:
    return empty.run(
        BASE, "network", "create", "--name", "Elm", "--handle", BASE, "--origin", 40, -111,
        "--grants", empty.folder, *words,
    )  # fmt: skip


def test_three_found_a_network_by_file_and_by_code(empty: Organizers) -> None:
    file = empty.folder / "ash.request"
    empty.ask(ASH, "member", "request", "--handle", ASH, "--out", file)
    asked = empty.ask(BIRCH, "member", "request", "--handle", BIRCH, "--code")
    founders = ("--founder", file, "--founder", asked["code"])
    code, out, err = create(empty, *founders, "--policy", "verdicts-high=2", "--json")
    assert code == 0, err
    made = json.loads(out)
    assert (made["threshold"], made["founders"]) == (2, [BASE, ASH, BIRCH])
    for handle in (ASH, BIRCH):
        grant = empty.folder / f"{handle}.grant"
        assert grant.stat().st_mode & 0o777 == 0o600
        joined = empty.ask(handle, "member", "join", grant)
        assert joined["network_words"] == made["network_words"]
        assert joined["organizers"] == [BASE, ASH, BIRCH]
    with empty.store(BIRCH) as store:
        assert load_membership(store).roster.policies.verdicts_high == 2


def test_who_founds_alone_is_told_that_one_key_rules(empty: Organizers) -> None:
    code, out, _ = create(empty)
    assert code == 0
    assert "One key rules this network" in out
    assert "Found it with three" in out


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--threshold", 2), ExitCode.REFUSED, "2 organizers cannot agree"),
        (("--policy", "verdicts-high"), ExitCode.USAGE, "verdicts-high=2"),
        (("--policy", "verdicts-high=x"), ExitCode.USAGE, "verdicts-high=2"),
        (("--policy", "verdict=1"), ExitCode.REFUSED, "is not a policy"),
        (("--founder", "nowhere"), ExitCode.NOT_FOUND, "there is no file nowhere"),
        (("--founder", "MDREQ1:ABC"), ExitCode.REFUSED, "code"),
    ],
)
def test_a_founding_that_cannot_be_is_refused(
    words: tuple[object, ...], code: ExitCode, why: str, empty: Organizers
) -> None:
    found, _, err = create(empty, *words)
    assert found == code
    assert why in err
    with empty.store(BASE) as store:
        assert store.document("charter") is None


def test_a_request_goes_to_a_file_a_line_or_a_code_to_scan(empty: Organizers) -> None:
    code, _, err = empty.run(ASH, "member", "request", "--handle", ASH)
    assert code == ExitCode.USAGE
    assert "--out" in err
    code, out, _ = empty.run(ASH, "member", "request", "--handle", ASH, "--code", "--qr")
    assert code == 0
    assert "MDREQ1:" in out
    assert "▀" in out or "##" in out
    asked = empty.ask(ASH, "member", "request", "--handle", ASH, "--code")
    assert len(asked["words"].split()) == 6
    assert asked["words"] in out


def test_words_aloud_come_in_the_language_of_the_system(
    empty: Organizers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    english = empty.ask(ASH, "member", "request", "--handle", ASH, "--code")
    monkeypatch.setenv("LC_ALL", "es_MX.UTF-8")
    spanish = empty.ask(ASH, "member", "request", "--handle", ASH, "--code")
    assert english["fingerprint"] == spanish["fingerprint"]
    assert english["words"] != spanish["words"]


def test_a_moment_is_a_date_or_so_long_ago() -> None:
    assert moment("90m", 10_000.0) == 4_600.0
    assert moment("2d", 200_000.0) == 27_200.0
    assert moment("1970-01-01T00:10:00+00:00", 10_000.0) == 600.0
    for wrong in ("", "m", "1w", "-5m", "99999999d", "1970-01-01T09:10:00+00:00", "0001-01-01"):
        with pytest.raises(CliError):
            moment(wrong, 10_000.0)
