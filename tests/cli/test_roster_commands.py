"""What three organizers decide, two of whom must agree: with files, with a daemon, and refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from support.daemons import Daemon, Members
from support.organizers import ASH, BASE, BIRCH, FOUNDERS, Organizers, found


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Organizers:
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def three(founded: Organizers, tmp_path: Path) -> Organizers:
    """base, ash and birch, for one test."""
    return founded.copied(tmp_path)


def names(answer: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {row["name"]: row["state"] for row in answer["members"]}


def test_a_newcomer_gets_no_grant_before_two_organizers_agree(three: Organizers) -> None:
    out = three.folder / "elm.grant"
    grant = ("member", "grant", three.asked("elm"), "--role", "patrol", "--out", out)
    waits = three.ask(BASE, *grant, code=ExitCode.WAITING)
    assert (waits["decision"]["agreed"], waits["decision"]["lacking"]) == ([1], 1)
    assert "grant" not in waits
    again = three.ask(BASE, *grant, code=ExitCode.WAITING)  # said once, not twice
    assert again == waits
    assert len(three.ask(BASE, "roster", "history")["decisions"]) == 1
    assert not out.exists()
    three.exchange(BASE, ASH)
    row = three.ask(ASH, "roster", "pending")["pending"][0]
    assert row["id"] == waits["decision"]["id"]
    assert "let in elm as member 4: patrol" in row["text"]
    assert waits["fingerprint"] in row["text"]
    _, told, _ = three.run(ASH, "roster", "pending")
    assert waits["words"] in told  # the second organizer can compare them with the newcomer
    done = three.ask(ASH, "roster", "endorse", row["id"], "--yes")["endorsed"]
    assert [(one["id"], one["counts"]) for one in done] == [(row["id"], True)]
    [took] = three.exchange(ASH, BASE)
    assert (took["new"], took["known"], took["members"]) == (1, 1, 4)
    three.ask(BASE, *grant)
    assert three.ask("elm", "member", "join", out)["handle"] == "elm"
    assert out.stat().st_mode & 0o777 == 0o600


def test_the_same_grant_by_a_second_organizer_is_an_endorsement(three: Organizers) -> None:
    file = three.asked("elm")
    words = ("--role", "patrol", "--out")
    three.ask(BASE, "member", "grant", file, *words, three.folder / "a", code=ExitCode.WAITING)
    three.exchange(BASE, BIRCH)
    granted = three.ask(BIRCH, "member", "grant", file, *words, three.folder / "b")
    assert granted["decision"]["counts"]
    assert three.ask("elm", "member", "join", three.folder / "b")["number"] == 4


def test_all_who_hold_the_same_decisions_read_the_same_words(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol")
    three.exchange(BASE, BIRCH)
    digests = {three.ask(one, "roster", "show")["digest"] for one in (*FOUNDERS, "elm")}
    assert len(digests) == 1
    three.ask(BASE, "roster", "policy", "verdicts-high", 2, code=ExitCode.WAITING)
    assert three.ask(BASE, "roster", "show")["digest"] in digests  # nothing counts yet
    three.exchange(BASE, ASH)
    ids = [one["id"] for one in three.ask(ASH, "roster", "pending")["pending"]]
    three.ask(ASH, "roster", "endorse", *ids, "--yes")
    assert three.ask(ASH, "roster", "show")["digest"] not in digests


def test_one_organizer_alone_suspends_and_takes_it_back(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol")
    done = three.ask(BASE, "roster", "suspend", "elm", "--hours", 3, "--reason", "spam")
    assert done["counts"]
    assert names(three.ask(BASE, "roster", "show"))["elm"] == "suspended"
    refused, out, _ = three.run(BASE, "roster", "suspend", "elm", "--hours", 3, "--reason", "spam")
    assert refused == ExitCode.REFUSED
    assert "once in seven days" in out
    code, _, err = three.run(BASE, "roster", "suspend", "elm", "--hours", 25, "--reason", "spam")
    assert code == ExitCode.REFUSED
    assert "1 to 24" in err
    three.ask(BASE, "roster", "lift", done["id"])
    assert names(three.ask(BASE, "roster", "show"))["elm"] == "in"


def test_taking_back_what_another_organizer_did_takes_two(three: Organizers) -> None:
    warned = three.ask(BASE, "roster", "warn", "--reason", "key-leaked")
    three.exchange(BASE, ASH, BIRCH)
    assert three.ask(ASH, "roster", "show")["warnings"][0]["id"] == warned["id"]
    three.ask(ASH, "roster", "lift", warned["id"], code=ExitCode.WAITING)
    three.exchange(ASH, BIRCH)
    [row] = three.ask(BIRCH, "roster", "pending")["pending"]
    assert "the warning by base (1)" in row["text"]
    three.ask(BIRCH, "roster", "endorse", row["id"], "--yes")
    assert three.ask(BIRCH, "roster", "show")["warnings"] == []


def test_a_revocation_takes_two_and_is_for_ever(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol")
    revoke = ("roster", "revoke", "elm", "--reason", "left", "--yes")
    three.ask(BASE, *revoke, code=ExitCode.WAITING)
    assert names(three.ask(BASE, "roster", "show"))["elm"] == "in"
    three.exchange(BASE, ASH)
    [row] = three.ask(ASH, "roster", "pending")["pending"]
    three.ask(ASH, "roster", "endorse", row["id"], "--yes")
    assert names(three.ask(ASH, "roster", "show"))["elm"] == "out"
    file = three.folder / "elm.request"
    grant = ("member", "grant", file, "--role", "patrol", "--out", three.folder / "again")
    code, _, err = three.run(ASH, *grant)
    assert code == ExitCode.REFUSED
    assert "was revoked" in err
    three.exchange(ASH, "elm")
    assert names(three.ask("elm", "roster", "show"))["elm"] == "out"
    code, _, err = three.run(ASH, *revoke)
    assert code == ExitCode.REFUSED
    assert "already" in err


def test_an_organizer_who_steps_down_needs_one_more_to_agree_as_for_anybody(
    three: Organizers,
) -> None:
    revoke = ("roster", "revoke", "base", "--reason", "left", "--yes")
    said = three.ask(BASE, *revoke, code=ExitCode.WAITING)
    assert (said["decision"]["agreed"], said["decision"]["lacking"]) == ([1], 1)
    three.exchange(BASE, ASH)
    [row] = three.ask(ASH, "roster", "pending")["pending"]
    three.ask(ASH, "roster", "endorse", row["id"], "--yes")
    three.exchange(ASH, BASE, BIRCH)
    for home in (BASE, ASH, BIRCH):
        assert names(three.ask(home, "roster", "show"))["base"] == "out"


def test_nobody_revokes_without_a_yes(three: Organizers, monkeypatch: pytest.MonkeyPatch) -> None:
    three.let_in("elm", "--role", "patrol")
    revoke = ("roster", "revoke", "elm", "--reason", "left")
    assert three.run(BASE, *revoke)[0] == ExitCode.USAGE  # nobody is there to be asked

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    assert three.run(BASE, *revoke)[0] == ExitCode.REFUSED
    assert three.ask(BASE, "roster", "pending")["pending"] == []
    monkeypatch.setattr("sys.stdin", Terminal("yes\n"))
    assert three.run(BASE, *revoke)[0] == ExitCode.WAITING


def test_roles_handles_and_expiry_change_by_another_certificate(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol", "--expires", "30")
    change = ("member", "roles", "elm", "--role", "dispatch", "--handle", "larch", "--expires", "0")
    three.ask(BASE, *change, code=ExitCode.WAITING)
    three.exchange(BASE, ASH)
    [row] = three.ask(ASH, "roster", "pending")["pending"]
    for words in ("change elm (4)", "handle larch", "roles dispatch (now: patrol)"):
        assert words in row["text"]
    three.ask(ASH, "roster", "endorse", row["id"], "--yes")
    keys = three.folder / "larch.grant"
    three.ask(ASH, "member", "roles", "larch", "--out", keys)
    [row] = [r for r in three.ask(ASH, "roster", "show")["members"] if r["number"] == 4]
    assert (row["name"], row["roles"], row["serial"], row["expires_at"]) == (
        "larch", ["dispatch"], 1, None,
    )  # fmt: skip
    took = three.ask("elm", "member", "join", keys)
    assert took["keys"]  # dispatch has a key that a patrol has not


def test_teams_have_blocks_of_numbers_of_their_own(three: Organizers) -> None:
    numbers = []
    for handle, words in (("elm", ("--team", 2)), ("fir", ("--team", 2)), ("oak", ("--number", 9))):
        grant = ("member", "grant", three.asked(handle), "--role", "patrol", *words)
        waits = three.ask(BASE, *grant, "--out", three.folder / "x", code=ExitCode.WAITING)
        numbers.append(waits["number"])
    assert numbers == [128, 129, 9]
    grant = ("member", "grant", three.asked("yew"), "--role", "patrol", "--number", 9)
    code, _, err = three.run(BASE, *grant, "--out", three.folder / "x")
    assert code == ExitCode.REFUSED
    assert "given out already" in err


def test_an_endorsement_is_of_something_that_waits_and_not_twice(three: Organizers) -> None:
    waits = three.ask(BASE, "roster", "policy", "threshold", 3, code=ExitCode.WAITING)
    code, _, err = three.run(BASE, "roster", "endorse", waits["decision"]["id"], "--yes")
    assert code == ExitCode.REFUSED
    assert "already" in err
    code, _, err = three.run(BASE, "roster", "endorse", "deadbeef", "--yes")
    assert code == ExitCode.REFUSED
    assert "waits" in err
    code, _, err = three.run(BASE, "roster", "policy", "threshold", 16)
    assert code == ExitCode.REFUSED
    assert "outside 1 to 15" in err


def test_a_decision_that_cannot_stand_is_said_to_be_refused(three: Organizers) -> None:
    three.ask(BASE, "roster", "policy", "threshold", 4, code=ExitCode.WAITING)
    three.exchange(BASE, ASH)
    [row] = three.ask(ASH, "roster", "pending")["pending"]
    [done] = three.ask(ASH, "roster", "endorse", row["id"], "--yes")["endorsed"]
    assert "4 organizers cannot agree where there are 3" in done["refused"]
    [shown] = three.ask(ASH, "roster", "show")["refused"]
    assert shown["why"] == done["refused"]


def test_who_is_no_organizer_decides_nothing(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol")
    for words in (
        ("roster", "suspend", "ash", "--reason", "spam"),
        ("roster", "revoke", "ash", "--reason", "spam", "--yes"),
        ("roster", "warn", "--reason", "other"),
        ("roster", "policy", "verdicts-low", 2),
        ("member", "roles", "elm", "--role", "organizer"),
        ("lost", "ash", "--yes"),
        ("rekey", "--yes"),
    ):
        code, _, err = three.run("elm", *words)
        assert code == ExitCode.REFUSED, words
        assert "organizer" in err
    assert len(three.ask("elm", "roster", "history")["decisions"]) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "another network", "not an organizer's"])
def test_a_roster_file_that_is_not_in_order_changes_nothing(damage: str, three: Organizers) -> None:
    three.ask(BASE, "roster", "policy", "verdicts-low", 2, code=ExitCode.WAITING)
    three.ask(BASE, "roster", "warn", "--reason", "other")
    file = three.folder / "file"
    three.ask(BASE, "roster", "export", file)
    fields = json.loads(file.read_text())
    if damage == "cut":
        file.write_text(file.read_text()[:-40])
    elif damage == "flipped":
        item = bytearray.fromhex(fields["items"][1])
        item[12] ^= 1
        fields["items"][1] = item.hex()
    elif damage == "another network":
        fields["network_id"] = "00" * 16
    else:
        fields["items"].append("00" * 80)
    if damage != "cut":
        file.write_text(json.dumps(fields))
    code, _, err = three.run(ASH, "roster", "import", file)
    assert code == ExitCode.REFUSED
    assert err
    assert three.ask(ASH, "roster", "history")["decisions"] == []


def test_a_decision_of_somebody_unknown_waits_in_the_file_for_its_certificate(
    three: Organizers,
) -> None:
    """ash becomes known as an organizer by one decision, and speaks in another before it."""
    three.let_in("elm", "--role", "organizer")
    three.exchange(BASE, "elm")
    three.ask("elm", "roster", "warn", "--reason", "drill")
    file = three.folder / "file"
    three.ask("elm", "roster", "export", file)
    fields = json.loads(file.read_text())
    last = fields["items"][-1]
    file.write_text(json.dumps({**fields, "items": [last]}))
    alone = three.ask(BIRCH, "roster", "import", file)
    assert (alone["new"], alone["refused"]) == (0, {"unknown author": 1})
    file.write_text(json.dumps({**fields, "items": fields["items"][::-1]}))
    whole = three.ask(BIRCH, "roster", "import", file)
    assert (whole["new"], whole["refused"], whole["members"]) == (3, {}, 4)


def test_the_daemon_decides_as_the_command_line_does(three: Organizers) -> None:
    members = Members(three.folder)
    with Daemon(members, ASH, "none", wait=True) as daemon:
        waits = three.ask(BASE, "roster", "policy", "verdicts-low", 2, code=ExitCode.WAITING)
        three.exchange(BASE, ASH)
        [row] = three.ask(ASH, "roster", "pending")["pending"]
        assert row["id"] == waits["decision"]["id"]
        [done] = three.ask(ASH, "roster", "endorse", row["id"], "--yes")["endorsed"]
        assert done["counts"]
        assert three.ask(ASH, "roster", "show")["policies"]["verdicts_low"] == 2
        code, _, err = three.run(ASH, "roster", "endorse", row["id"], "--yes")
        assert code == ExitCode.REFUSED
        assert "waits" in err
        done = three.ask(ASH, "roster", "suspend", "birch", "--reason", "drill")
        assert daemon.status()["status"]["pending_decisions"] == 0
        three.exchange(ASH, BASE)
    show = three.ask(ASH, "roster", "show")  # the same after the daemon has ended
    assert show["digest"] == three.ask(BASE, "roster", "show")["digest"]
    assert names(show)["birch"] == "suspended"


def test_the_roster_for_people_says_what_needs_attention_first(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol", "--expires", "9")
    three.ask(BASE, "roster", "suspend", "elm", "--reason", "lost")
    three.ask(BASE, "roster", "warn", "--reason", "captured")
    three.ask(BASE, "roster", "policy", "all-clear", 3, code=ExitCode.WAITING)
    code, out, _ = three.run(BASE, "roster", "show")
    assert code == 0
    assert out.startswith("WARNING")
    for words in ("2 of 3 organizers", "base (you)", "SUSPENDED until", "all-clear 2", "1 more"):
        assert words in out
    code, out, _ = three.run(BASE, "roster", "history")
    assert "elm is member 4: patrol, until" in out
    code, out, _ = three.run(BASE, "roster", "pending")
    assert "policy all-clear: 3 (now 2)" in out
