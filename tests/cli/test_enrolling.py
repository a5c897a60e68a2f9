"""Making a network and letting people in, with everything that goes wrong on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.cli.promises import first_run
from support.daemons import ASH, BASE, BIRCH, Members, private_file

Said = pytest.CaptureFixture[str]


def run(members: Members, handle: str, *words: object) -> int:
    """A command of one of them, in this process."""
    given = ["--data", str(members.data(handle)), "--passphrase-file", str(members.passphrase)]
    try:
        return main([*map(str, words), *given])
    except SystemExit as ended:
        return int(ended.code or 0)


def request(members: Members, handle: str, capsys: Said) -> Path:
    """A newcomer's request."""
    file = members.folder / f"{handle}.request"
    assert run(members, handle, "member", "request", "--handle", handle, "--out", file) == 0
    capsys.readouterr()
    return file


def create(members: Members, handle: str, *more: object, origin: tuple[float, float]) -> int:
    """Make another network."""
    return run(
        members, handle, "network", "create", "--name", "Other", "--handle", "x",
        "--origin", *origin, *more,
    )  # fmt: skip


def test_the_files_of_a_node_are_private_and_so_is_a_grant(members: Members) -> None:
    for file in members.data(BASE).iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert members.data(BASE).stat().st_mode & 0o777 == 0o700
    assert (members.folder / "ash.grant").stat().st_mode & 0o777 == 0o600


def test_each_side_is_told_the_fingerprint_that_the_other_one_reads(
    members: Members, capsys: Said
) -> None:
    file = members.folder / "elm.request"
    assert run(members, "elm", "member", "request", "--handle", "elm", "--out", file, "--json") == 0
    asked = json.loads(capsys.readouterr().out)
    out = members.folder / "elm.grant"
    grant = ("member", "grant", file, "--role", "relay", "--out", out, "--json")
    assert run(members, BASE, *grant) == 0
    granted = json.loads(capsys.readouterr().out)
    assert granted["decision"] == {
        "id": granted["decision"]["id"], "counts": True, "agreed": [], "lacking": 0, "refused": "",
    }  # fmt: skip
    same = {name: granted[name] for name in ("number", "handle", "fingerprint", "words")}
    assert same == {"number": 4, "handle": "elm"} | {n: asked[n] for n in ("fingerprint", "words")}
    assert run(members, BASE, *grant) == 0  # the file was lost: the same again
    assert json.loads(capsys.readouterr().out) == {**granted, "decision": None}
    assert run(members, "elm", "member", "join", out, "--json") == 0
    joined = json.loads(capsys.readouterr().out)
    assert (joined["number"], joined["handle"], joined["roles"]) == (4, "elm", ["relay"])
    assert joined["members"] == 4


def test_a_second_network_in_a_folder_is_refused(members: Members, capsys: Said) -> None:
    assert create(members, BASE, origin=(40.76, -111.89)) == ExitCode.REFUSED
    assert "belongs to a network already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--name", "N", "--handle", "x", "--origin", "91", "0"], "latitude 91"),
        (["--name", "N", "--handle", "x", "--origin", "0", "181"], "longitude 181"),
        (["--name", "N", "--handle", "x", "--origin", "nan", "0"], "latitude nan"),
        (["--name", "", "--handle", "x", "--origin", "0", "0"], "name"),
        (["--name", "a\x1b[31m", "--handle", "x", "--origin", "0", "0"], "name"),
        (["--name", "N", "--handle", "two words", "--origin", "0", "0"], "handle"),
        (["--name", "N", "--handle", "x" * 17, "--origin", "0", "0"], "handle"),
    ],
)
def test_a_network_that_cannot_be_is_refused_before_anything_is_made(
    words: list[str], why: str, tmp_path: Path, capsys: Said
) -> None:
    folder = tmp_path / "new"
    passphrase = private_file(tmp_path / "passphrase", "long enough\n")
    code = main(["network", "create", *words, "--data", str(folder),
                 "--passphrase-file", str(passphrase)])  # fmt: skip
    assert code == ExitCode.REFUSED
    said = capsys.readouterr()
    assert why in said.err
    assert "\x1b" not in said.err
    assert not folder.exists()


def test_only_an_organizer_lets_people_in(members: Members, capsys: Said) -> None:
    file = request(members, "elm", capsys)
    out = members.folder / "elm.grant"
    assert run(members, ASH, "member", "grant", file, "--role", "patrol", "--out", out) == 4
    assert "this takes an organizer" in capsys.readouterr().err
    assert not out.exists()


def test_a_grant_for_somebody_else_lets_nobody_in(members: Members, capsys: Said) -> None:
    request(members, "elm", capsys)
    code = run(members, "elm", "member", "join", members.folder / "ash.grant")
    assert code == ExitCode.REFUSED
    assert "ask for your own" in capsys.readouterr().err
    assert run(members, "elm", "run", "--radio", "none") == ExitCode.REFUSED
    assert "belongs to no network yet" in capsys.readouterr().err


def test_roles_and_handles_are_checked(members: Members, capsys: Said) -> None:
    file = request(members, "elm", capsys)
    out = members.folder / "elm.grant"
    assert run(members, BASE, "member", "grant", file, "--role", "patroll", "--out", out) == 4
    assert "'patroll' is not a role; roles are" in capsys.readouterr().err
    taken = ("--role", "patrol", "--handle", ASH, "--out", out)
    assert run(members, BASE, "member", "grant", file, *taken) == 4
    assert "handle" in capsys.readouterr().err
    again = ("--role", "organizer", "--out", out)
    assert run(members, BASE, "member", "grant", members.folder / "ash.request", *again) == 4
    assert "member 2 (ash) already" in capsys.readouterr().err
    assert not out.exists()


def test_an_older_grant_takes_nothing_away(members: Members, capsys: Said) -> None:
    assert run(members, BIRCH, "member", "join", members.folder / "ash.grant", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["members"], said["new"], said["known"], said["keys"]) == (3, 0, 1, False)


def test_a_grant_of_another_network_is_refused(members: Members, capsys: Said) -> None:
    assert create(members, "stranger", origin=(1.0, 1.0)) == 0
    file = members.folder / "ash.request"
    out = members.folder / "foreign.grant"
    assert run(members, "stranger", "member", "grant", file, "--role", "relay", "--out", out) == 0
    capsys.readouterr()
    assert run(members, ASH, "member", "join", out) == ExitCode.REFUSED
    assert "another network" in capsys.readouterr().err


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _other_name(text: str) -> str:
    return text.replace('"handle": "ash"', '"handle": "eve"').replace('"number": 2', '"number": 3')


def _other_type(text: str) -> str:
    return text.replace(" 1", " 2", 1)


@pytest.mark.parametrize("damage", [_cut, _other_name, _other_type, lambda _: "", lambda _: "[]",
                                    lambda _: "[" * 5000, lambda _: '{"type": 5}'])  # fmt: skip
@pytest.mark.parametrize("kind", ["request", "grant"])
def test_a_damaged_file_is_refused(
    kind: str, damage: object, members: Members, capsys: Said
) -> None:
    whole = (members.folder / f"ash.{kind}").read_text()
    assert callable(damage)
    file = private_file(members.folder / "damaged", damage(whole))
    words: tuple[object, ...] = ("join", file)
    if kind == "request":
        words = ("grant", file, "--role", "patrol", "--out", members.folder / "out")
    assert run(members, BASE if kind == "request" else ASH, "member", *words) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert (kind in said.err) or "JSON" in said.err
    assert "Traceback" not in said.err
    assert not (members.folder / "out").exists()


def test_files_that_are_missing_huge_or_no_text_have_codes_of_their_own(
    members: Members, capsys: Said
) -> None:
    missing = members.folder / "nowhere"
    assert run(members, ASH, "member", "join", missing) == ExitCode.NOT_FOUND
    assert f"there is no file {missing}" in capsys.readouterr().err
    huge = members.folder / "huge"
    huge.write_bytes(b" " * (1 << 21))
    assert run(members, ASH, "member", "join", huge) == ExitCode.DAMAGED
    huge.write_bytes(b"\xff\xfe\x00")
    assert run(members, ASH, "member", "join", huge) == ExitCode.DAMAGED
    assert "not a text file" in capsys.readouterr().err
    assert run(members, ASH, "member", "join", members.folder) == ExitCode.DAMAGED


def test_an_answer_that_cannot_be_written_is_a_sentence(members: Members, capsys: Said) -> None:
    out = members.folder / "no" / "such" / "folder"
    file = members.folder / "ash.request"
    words = ("member", "grant", file, "--role", "patrol", "--role", "reporter", "--out", out)
    assert run(members, BASE, *words) == ExitCode.FAILED
    assert "cannot be written" in capsys.readouterr().err


def test_people_come_in_while_the_daemons_run(members: Members, capsys: Said) -> None:
    asked = request(members, "elm", capsys)
    out = members.folder / "elm.grant"
    with members.daemon(BASE) as base, members.daemon(ASH) as ash:
        grant = ("member", "grant", asked, "--role", "patrol", "--out", out, "--json")
        assert run(members, BASE, *grant) == 0
        assert json.loads(capsys.readouterr().out)["number"] == 4
        assert out.stat().st_mode & 0o777 == 0o600
        assert run(members, ASH, "member", "join", out, "--json") == 0
        assert json.loads(capsys.readouterr().out)["members"] == 4
        for daemon in (base, ash):
            names = [row["name"] for row in daemon.rows("members").values()]
            assert sorted(names) == [ASH, BASE, BIRCH, "elm"]
        assert run(members, ASH, "member", "join", members.folder / "ash.grant", "--json") == 0
        assert json.loads(capsys.readouterr().out)["new"] == 0
        assert run(members, ASH, *grant) == ExitCode.REFUSED
        assert "this takes an organizer" in capsys.readouterr().err
    assert run(members, "elm", "member", "join", out) == 0


def test_whoever_makes_or_joins_a_network_is_told_what_is_promised(
    members: Members, capsys: Said
) -> None:
    assert create(members, "new", origin=(40.76, -111.89)) == 0
    assert first_run() in capsys.readouterr().out
    file = request(members, "elm", capsys)
    out = members.folder / "elm.grant"
    assert run(members, BASE, "member", "grant", file, "--role", "relay", "--out", out) == 0
    capsys.readouterr()
    assert run(members, "elm", "member", "join", out) == 0
    assert first_run() in capsys.readouterr().out


def test_programs_get_json_and_no_promises(members: Members, capsys: Said) -> None:
    assert create(members, "new", "--json", origin=(40.76, -111.89)) == 0
    assert json.loads(capsys.readouterr().out)["member"] == 1
