"""The library by its commands: signed by an organizer, carried by a file, read by everybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshdefense import language
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import DataFolder, FolderLock
from support.organizers import ASH, BASE, BIRCH, Organizers, found
from support.served import served


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Organizers:
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def three(founded: Organizers, tmp_path: Path) -> Organizers:
    """base, ash and birch, for one test."""
    return founded.copied(tmp_path)


@pytest.fixture(autouse=True)
def english() -> object:
    language.use("en")
    yield
    language.use("")


def card(three: Organizers, text: str = "# Rights\n\nOpen to \x1b[31mnobody.\n") -> Path:
    path = three.folder / "know-your-rights.md"
    path.write_text(text)
    return path


def add(three: Organizers, who: str = BASE, *more: str, code: int = 0) -> dict[str, object]:
    title = ("--title", "Your rights", "--language", "en")
    answer: dict[str, object] = three.ask(
        who, "library", "add", card(three), *title, *more, code=code
    )
    return answer


def test_placeholders_are_there_from_the_start_in_both_languages(three: Organizers) -> None:
    rows = three.ask(BASE, "library", "list")
    assert len(rows) == 8
    assert {row["warning"] for row in rows} == {"placeholder"}
    code, out, _ = three.run(BASE, "library", "show", "family-plan", "--language", "es")
    assert code == ExitCode.OK
    assert out.startswith("PROVISIONAL: viene con el programa")
    assert "REEMPLACE ESTO" in out


def test_a_signed_card_goes_by_file_and_takes_the_placeholders_place(three: Organizers) -> None:
    assert add(three)["version"] == 1
    file = three.folder / "cards.library"
    assert three.ask(BASE, "library", "export", file)["documents"] == 1
    taken = three.ask(ASH, "library", "import", file)["documents"]
    assert [(one["id"], one["new"]) for one in taken] == [("know-your-rights", True)]
    assert not three.ask(ASH, "library", "import", file)["documents"][0]["new"]
    code, out, _ = three.run(ASH, "library", "show", "know-your-rights")
    assert code == ExitCode.OK
    assert "signed by base" in out
    assert "Open to [31mnobody." in out
    assert "\x1b" not in out
    rows = {(row["id"], row["language"]): row for row in three.ask(ASH, "library", "list")}
    assert rows["know-your-rights", "en"]["warning"] == ""
    assert rows["know-your-rights", "es"]["warning"] == "placeholder"


def test_the_next_version_replaces_the_one_before(three: Organizers) -> None:
    old, new = three.folder / "old", three.folder / "new"
    add(three)
    three.ask(BASE, "library", "export", old)
    assert add(three)["version"] == 2
    three.ask(BASE, "library", "export", new)
    three.ask(ASH, "library", "import", new)
    code, out, _ = three.run(ASH, "library", "import", old)
    assert code == ExitCode.REFUSED
    assert "version 2 is here and stays" in out


def test_a_patrol_signs_nothing_but_reads_everything(three: Organizers) -> None:
    three.let_in("elm", "--role", "patrol")
    code, _, err = three.run(
        "elm", "library", "add", card(three), "--title", "x", "--language", "en"
    )
    assert code == ExitCode.REFUSED
    assert "takes an organizer" in err
    assert three.run("elm", "library", "show", "phone-numbers")[0] == ExitCode.OK


def test_what_a_revoked_organizer_signed_stays_with_a_warning_and_nothing_new_comes(
    three: Organizers,
) -> None:
    file, later = three.folder / "cards", three.folder / "later"
    add(three, BIRCH)
    three.ask(BIRCH, "library", "export", file)
    three.ask(ASH, "library", "import", file)
    add(three, BIRCH)
    three.ask(BIRCH, "library", "export", later)
    revoke = ("roster", "revoke", BIRCH, "--reason", "left", "--yes")
    three.ask(BASE, *revoke, code=ExitCode.WAITING)
    three.exchange(BASE, ASH)
    [row] = three.ask(ASH, "roster", "pending")["pending"]
    three.ask(ASH, "roster", "endorse", row["id"], "--yes")
    shown = three.ask(ASH, "library", "show", "know-your-rights")
    assert (shown["warning"], shown["version"]) == ("revoked", 1)
    assert "CAREFUL" in three.run(ASH, "library", "show", "know-your-rights")[1]
    code, out, _ = three.run(ASH, "library", "import", later)
    assert code == ExitCode.REFUSED
    assert "revoked member" in out
    assert add(three, ASH)["warning"] == ""  # another organizer's text takes the place


@pytest.mark.parametrize("damage", ["other text", "no bundle", "other network"])
def test_a_damaged_file_changes_nothing_and_says_why(three: Organizers, damage: str) -> None:
    add(three)
    file = three.folder / "cards"
    three.ask(BASE, "library", "export", file)
    bundle = json.loads(file.read_text())
    one = json.loads(bundle["documents"][0])
    if damage == "other text":
        one["text"] = "Open to everybody."
    elif damage == "other network":
        one["network_id"] = "00" * 16
    bundle["documents"] = [json.dumps(one)]
    file.write_text("not one" if damage == "no bundle" else json.dumps(bundle))
    code, out, err = three.run(ASH, "library", "import", file)
    assert code == ExitCode.REFUSED
    why = {"other text": "does not fit", "no bundle": "not JSON", "other network": "another netw"}
    assert why[damage] in out + err
    assert len([r for r in three.ask(ASH, "library", "list") if r["version"]]) == 0


def test_a_document_is_removed_from_this_node_only_after_a_yes(three: Organizers) -> None:
    add(three)
    code, _, err = three.run(BASE, "library", "remove", "know-your-rights")
    assert (code, "confirmed" in err) == (ExitCode.USAGE, True)
    three.ask(BASE, "library", "remove", "know-your-rights", "--yes")
    shown = three.ask(BASE, "library", "show", "know-your-rights")
    assert shown["warning"] == "placeholder"
    gone, _, err = three.run(BASE, "library", "remove", "know-your-rights", "--yes")
    assert (gone, "no such" in err) == (ExitCode.NOT_FOUND, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "no-such-thing"), ExitCode.NOT_FOUND),
        (("show", "../charter"), ExitCode.REFUSED),
        (("export", "nothing-signed"), ExitCode.NOT_FOUND),
        (("import", "no-such-file"), ExitCode.NOT_FOUND),
    ],
)
def test_wrong_words_end_in_a_text_and_a_code(
    three: Organizers, words: tuple[str, ...], code: ExitCode
) -> None:
    found_code, _, err = three.run(BASE, "library", *words)
    assert found_code == code
    assert err.startswith("meshdefense: ")
    assert "Traceback" not in err


def test_with_a_daemon_it_does_the_same_through_the_daemon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "card.txt"
    text.write_text("Two numbers.\n")
    with served(tmp_path / "served", "ada", "vic") as world:
        for name in ("ada", "vic"):
            FolderLock(DataFolder(world.data(name))).acquire()  # as their daemons would
        add_it = f"library add {text} --language en --title"
        assert world.type("ada", add_it, "Two numbers") == ExitCode.OK
        assert "card (en), version 1: signed" in capsys.readouterr().out
        assert world.type("vic", add_it, "Two numbers") == ExitCode.REFUSED
        assert "takes an organizer" in capsys.readouterr().err
        bundle = tmp_path / "cards"
        assert world.type("ada", f"library export {bundle}") == ExitCode.OK
        assert world.type("vic", f"library import {bundle}") == ExitCode.OK
        capsys.readouterr()
        assert world.type("vic", "library show card --json") == ExitCode.OK
        shown = json.loads(capsys.readouterr().out)
        assert (shown["lines"], shown["author_name"]) == (["Two numbers."], "ada")
        assert world.type("vic", "library show nothing") == ExitCode.NOT_FOUND
        assert "there is no document" in capsys.readouterr().err
        forged = bundle.read_text().replace("Two numbers.", "Ten numbers.")
        bundle.write_text(forged)
        assert world.type("ada", f"library import {bundle}") == ExitCode.REFUSED
        assert "does not fit" in capsys.readouterr().out
