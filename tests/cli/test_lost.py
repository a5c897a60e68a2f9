"""A lost radio: what its finder has, new keys for the others, and who follows by file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.enrolment import load_membership
from meshdefense.enrolment.vaults import handed_document
from meshdefense.vault_store import secrets_of
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import open_frame, seal_items
from meshdefense_protocol.sealing import KeyClass
from support.daemons import Daemon, Members
from support.organizers import ASH, BASE, BIRCH, Organizers, found


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Organizers:
    """Three organizers, and elm and fir."""
    made = found(tmp_path_factory.mktemp("enrolled"))
    made.let_in("elm", "--role", "patrol")
    made.let_in("fir", "--role", "verifier")
    made.exchange(BASE, BIRCH, ASH, "elm")
    return made


@pytest.fixture
def five(enrolled: Organizers, tmp_path: Path) -> Organizers:
    return enrolled.copied(tmp_path)


def me(five: Organizers, handle: str) -> Membership:
    with five.store(handle) as store:
        return load_membership(store)


def frame(who: Membership) -> bytes:
    """What a member says to all, with the newest keys that they have."""
    return seal_items(who.keys, KeyClass.EVERYONE, [b"\1" * 100])


def reads(who: Membership, sealed: bytes) -> bool:
    return not isinstance(open_frame(who.keys, sealed), Rejection)


def test_a_drill_says_all_of_it_and_changes_nothing(five: Organizers) -> None:
    before = {path: path.read_bytes() for path in [five.data(BASE) / "keyslot.bin"]}
    with five.store(BASE) as store:
        secrets, documents = secrets_of(store), store.documents("")
        items, revision = store.item_count(), store.revision
    answer = five.ask(BASE, "lost", "elm", "--drill")
    assert answer["drill"]
    assert answer["decisions"] == []
    assert answer["finder"]["reads"] == ["everyone", "field"]
    assert answer["finder"]["master"] is False
    assert answer["left_out"] == ["elm (4)"]
    assert answer["radios"] == ["base (1)", "ash (2)", "birch (3)", "fir (5)"]
    assert answer["by_tree"]
    # revocation, new keys, one endorsement of both, one frame of wraps
    assert answer["cost"]["frames"] == 4
    assert answer["cost"]["seconds"] > 0
    with five.store(BASE) as store:
        assert (secrets_of(store), store.documents("")) == (secrets, documents)
        assert (store.item_count(), store.revision) == (items, revision)
    assert {path: path.read_bytes() for path in before} == before
    quick = five.ask(BASE, "lost", "elm", "--drill", "--preset", "short_turbo")
    assert quick["cost"]["seconds"] < answer["cost"]["seconds"] / 5


def lose(five: Organizers, name: str, by: str = BASE, second: str = ASH) -> None:
    """Two organizers revoke a member and make new keys."""
    waits = five.ask(by, "lost", name, "--yes", code=ExitCode.WAITING)
    assert len(waits["endorse"]) == 2
    five.exchange(by, second)
    rows = five.ask(second, "roster", "endorse", *waits["endorse"], "--yes")["endorsed"]
    assert all(row["counts"] for row in rows)
    five.exchange(second, by)


def test_after_a_loss_all_but_the_finder_have_new_keys(five: Organizers) -> None:
    lose(five, "elm")
    for handle in (BIRCH, "fir", "elm"):
        five.exchange(ASH, handle)
    lost = me(five, "elm")
    assert lost.roster.is_out(4)
    assert lost.keys.epoch == 1
    said = frame(me(five, BASE))
    for handle in (ASH, BIRCH, "fir"):
        who = me(five, handle)
        assert who.keys.epoch == who.roster.epoch == 2
        assert reads(who, said)
    assert not reads(lost, said)
    assert five.ask("elm", "lost", "--status")["left_out"]
    again = five.ask(ASH, "lost", "--status")
    assert not again["left_out"]
    assert (again["epoch"], again["in_force"], again["behind"]) == (2, 2, [])
    code, _, err = five.run(ASH, "lost", "elm", "--yes")
    assert code == ExitCode.REFUSED
    assert "revoked already, and the keys in force are without them" in err


def revoke_only(five: Organizers, name: str) -> None:
    """Two organizers revoke a member, and nobody makes new keys."""
    revoked = ("roster", "revoke", name, "--reason", "lost", "--yes")
    five.ask(BASE, *revoked, code=ExitCode.WAITING)
    five.exchange(BASE, ASH)
    five.ask(ASH, *revoked)
    five.exchange(ASH, BASE)


def test_for_a_member_who_was_revoked_already_only_new_keys_are_decided(five: Organizers) -> None:
    revoke_only(five, "elm")
    code, _, err = five.run(BASE, "lost", "elm", "--since", "1h", "--yes")
    assert code == ExitCode.REFUSED
    assert "revoked already" in err
    code, out, _ = five.run(BASE, "lost", "elm", "--drill")
    assert code == 0
    assert "elm was revoked already: only new keys are decided" in out
    drill = five.ask(BASE, "lost", "elm", "--drill")
    assert drill["revoked"]
    assert drill["cost"]["frames"] == 3  # new keys, an endorsement, one frame of wraps
    waits = five.ask(BASE, "lost", "elm", "--yes", code=ExitCode.WAITING)
    assert len(waits["endorse"]) == len(waits["text"]) == 1
    assert not waits["suspended"]
    five.exchange(BASE, ASH)
    done = five.ask(ASH, "lost", "elm", "--yes")  # agrees with the same
    assert (done["endorse"], done["in_force"]) == ([], 2)
    said = five.ask(ASH, "roster", "history")["decisions"]
    assert sum(one["kind"] == "revoke" for one in said) == 1
    five.exchange(ASH, "fir", "elm")
    news = frame(me(five, ASH))
    assert reads(me(five, "fir"), news)
    assert not reads(me(five, "elm"), news)


@pytest.mark.parametrize("words", [("lost", BIRCH), ("rekey",)], ids=" ".join)
def test_after_an_organizer_was_revoked_the_next_keys_bring_a_new_master(
    five: Organizers, words: tuple[str, ...]
) -> None:
    revoke_only(five, BIRCH)
    code, said, _ = five.run(BASE, *words, "--yes")
    assert code == ExitCode.WAITING
    assert "get the new master from you in person" in said
    five.exchange(BASE, ASH)
    assert five.ask(ASH, *words, "--yes")["in_force"] == 2
    five.exchange(ASH, BASE, "elm", BIRCH)
    master = me(five, BASE).vault.master
    assert master is not None
    assert master.generation == 2
    assert (me(five, "elm").keys.epoch, me(five, BIRCH).keys.epoch) == (2, 1)
    held = me(five, ASH).vault.master
    assert held is not None
    assert held.generation == 1  # ash gets the new one from base, in person


def test_one_organizer_silences_the_finder_until_another_agrees(five: Organizers) -> None:
    waits = five.ask(BASE, "lost", "elm", "--yes", code=ExitCode.WAITING)
    assert waits["suspended"]
    five.exchange(BASE, "fir")
    rows = five.ask("fir", "roster", "show")["members"]
    assert [row["state"] for row in rows if row["name"] == "elm"] == ["suspended"]


def test_a_second_organizer_who_says_lost_agrees_with_the_first(five: Organizers) -> None:
    waits = five.ask(BASE, "lost", "elm", "--yes", code=ExitCode.WAITING)
    five.exchange(BASE, ASH)
    row = five.ask(ASH, "roster", "pending")["pending"][1]
    assert "for everybody but elm (4)" in row["text"]
    done = five.ask(ASH, "lost", "elm", "--yes")
    assert done["endorse"] == []
    assert [one["id"] for one in done["decisions"]] == waits["endorse"]
    said = five.ask(ASH, "roster", "history")["decisions"]
    assert sum(one["kind"] == "rekey" for one in said) == 1
    assert sum(one["by"] == 2 and one["kind"] == "endorse" for one in said) == 3  # two were grants


def test_what_came_in_since_a_time_does_not_count(five: Organizers) -> None:
    answer = five.ask(BASE, "lost", BIRCH, "--since", "1m", "--drill")
    assert "of what they said, nothing counts" in answer["text"][0]
    for wrong in ("soon", "2999-01-01", "3w"):
        code, _, err = five.run(BASE, "lost", "elm", "--since", wrong, "--drill")
        assert code == ExitCode.USAGE
        assert wrong in err


def test_losing_an_organizer_makes_a_new_master_and_keys_one_by_one(five: Organizers) -> None:
    answer = five.ask(BASE, "lost", BIRCH, "--drill")
    assert answer["finder"]["master"]
    assert answer["finder"]["votes"]
    assert answer["new_master"]
    assert not answer["by_tree"]
    lose(five, BIRCH)
    five.exchange(ASH, "elm", "fir", BIRCH)
    masters = {}
    for handle in (BASE, ASH, "elm", "fir", BIRCH):
        who = me(five, handle)
        masters[handle] = None if who.vault.master is None else who.vault.master.generation
        assert who.keys.epoch == (1 if handle == BIRCH else 2), handle
    assert masters == {BASE: 2, ASH: 1, "elm": None, "fir": None, BIRCH: 1}
    # whoever has the old master only must not seal by it
    drill = five.ask(ASH, "lost", "elm", "--drill")
    assert not drill["by_tree"]
    assert not drill["new_master"]
    # in person: ash gets the new master, everybody tree keys of it; then the tree serves again
    for handle in (ASH, "elm", "fir"):
        out = five.folder / f"{handle}.again"
        [row] = [r for r in five.ask(BASE, "roster", "show")["members"] if r["name"] == handle]
        given = [word for role in row["roles"] for word in ("--role", role)]
        request = five.folder / f"{handle}.request"
        five.ask(BASE, "member", "grant", request, *given, "--out", out)
        assert five.ask(handle, "member", "join", out)["keys"]
    assert me(five, ASH).vault.master == me(five, BASE).vault.master
    assert five.ask(BASE, "lost", "elm", "--drill")["by_tree"]
    with five.store(BASE) as store:
        master = load_membership(store).vault.master
        assert master is not None
        raw = store.document(handed_document(master))
    assert raw is not None
    assert json.loads(raw) == [2, 4, 5]
    lose(five, "elm")
    five.exchange(ASH, "fir", "elm")
    assert me(five, "fir").keys.epoch == 3
    assert me(five, "elm").keys.epoch == 2


def test_keys_are_renewed_without_a_loss(five: Organizers) -> None:
    drill = five.ask(BASE, "rekey", "--drill")
    assert drill["text"] == [
        "new keys, epoch 2, for everybody who is in; 21 bytes, sealed by the tree"
    ]
    waits = five.ask(BASE, "rekey", "--yes", code=ExitCode.WAITING)
    five.exchange(BASE, ASH)
    done = five.ask(ASH, "rekey", "--yes")  # the same, not a rival
    assert done["endorse"] == []
    assert done["in_force"] == 2
    assert [one["id"] for one in done["decisions"]] == waits["endorse"]
    five.exchange(ASH, "elm")
    assert me(five, "elm").keys.epoch == 2


def test_who_comes_in_after_a_rekey_reads_from_then_on(five: Organizers) -> None:
    five.ask(BASE, "rekey", "--yes", code=ExitCode.WAITING)
    five.exchange(BASE, ASH)
    five.ask(ASH, "rekey", "--yes")
    five.exchange(ASH, BASE)
    five.let_in("oak", "--role", "patrol")
    oak = me(five, "oak")
    assert oak.keys.epoch == oak.roster.epoch == 2
    assert reads(oak, frame(me(five, ASH)))


def test_the_lost_one_does_not_lose_themselves(five: Organizers) -> None:
    code, _, err = five.run(BASE, "lost", BASE, "--yes")
    assert code == ExitCode.REFUSED
    assert "another organizer" in err
    code, _, err = five.run(BASE, "lost")
    assert code == ExitCode.USAGE
    code, _, err = five.run(BASE, "lost", "elm")
    assert code == ExitCode.USAGE  # not without a yes
    code, _, err = five.run(BASE, "lost", "elf", "--drill")
    assert code == ExitCode.REFUSED
    assert "the nearest is elm" in err
    code, _, err = five.run(BASE, "lost", "elm", "--drill", "--preset", "LONG_FASST")
    assert code == ExitCode.REFUSED
    assert "did you mean LONG_FAST" in err


def test_the_text_for_people_names_what_is_lost_and_what_is_left(five: Organizers) -> None:
    code, out, _ = five.run(BASE, "lost", BIRCH, "--drill")
    assert code == 0
    for words in (
        "HAS THE MASTER", "HAS ONE VOICE of the 2", "up to a day", "epoch 1", "frames",
        "channel PSK", "revoke birch (3) for ever", "A drill: nothing was changed",
    ):  # fmt: skip
        assert words in out, words
    code, out, _ = five.run(BASE, "lost", "elm", "--yes")
    assert code == ExitCode.WAITING
    assert "elm is suspended for 24 h by you alone" in out
    assert "meshdefense roster endorse " in out


def test_a_running_daemon_loses_and_follows_like_the_command_line(five: Organizers) -> None:
    members = Members(five.folder)
    with Daemon(members, BASE, "none", wait=True) as base:
        before = five.ask(BASE, "roster", "show")["digest"]
        five.ask(BASE, "lost", "elm", "--drill")
        assert five.ask(BASE, "roster", "show")["digest"] == before
        waits = five.ask(BASE, "lost", "elm", "--yes", code=ExitCode.WAITING)
        assert base.status()["status"]["pending_decisions"] == 2
        five.exchange(BASE, ASH)
        five.ask(ASH, "roster", "endorse", *waits["endorse"], "--yes")
        five.exchange(ASH, BASE)
        status = base.status()["status"]
        assert (status["epoch"], status["epoch_in_force"], status["left_out"]) == (2, 2, False)
        out = five.folder / "fir.again"
        again = ("member", "grant", five.folder / "fir.request", "--role", "verifier", "--out", out)
        five.ask(BASE, *again)
    assert me(five, BASE).keys.epoch == 2
    # what the daemon handed over has the new seed in it
    assert five.ask("fir", "member", "join", out)["epoch"] == 2
    assert reads(me(five, "fir"), frame(me(five, BASE)))
