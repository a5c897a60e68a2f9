"""A node that was put back too often says so in words, loses nothing, and its person gets on."""

from __future__ import annotations

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.paths import DataFolder
from meshdefense.storage.repository import Store
from meshdefense_protocol.limits import LIVES_MAX
from support.daemons import ASH, BASE, PASSPHRASE, Members

WORDS = {
    "en_US.UTF-8": ("numbers are used up", "put back or recovered 31 times", "Nothing was lost",
                    "member request --data NEW-FOLDER", "revoke the old one"),
    "es_MX.UTF-8": ("números de este nodo se agotaron", "se repuso o recuperó 31 veces",
                    "No se perdió nada", "member request --data CARPETA-NUEVA", "den de baja"),
}  # fmt: skip


def use_up(members: Members, handle: str) -> None:
    """Every life is used, and older state was put back once more."""
    folder = DataFolder(members.data(handle))
    with Store.open(folder, PASSPHRASE.encode()) as store:
        while store.begin_incarnation() < LIVES_MAX:
            pass
    (folder.root / "sequence.mark").unlink()


@pytest.mark.parametrize("locale", WORDS)
def test_a_node_that_was_put_back_too_often_says_what_to_do(
    members: Members,
    locale: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    use_up(members, ASH)
    data = ["--data", str(members.data(ASH)), "--passphrase-file", str(members.passphrase)]
    for words in (["run", "--radio", "none"], ["roster", "show"]):
        assert main([*words, *data]) == ExitCode.DAMAGED
        said = capsys.readouterr()
        text = " ".join(said.err.split())
        assert [part for part in WORDS[locale] if part not in text] == []
        assert "Traceback" not in said.err
        assert said.out == ""
    with Store.open(DataFolder(members.data(ASH)), PASSPHRASE.encode()) as store:
        assert store.document("charter") is not None
        assert store.restored, "nothing was begun"


@pytest.mark.slow
def test_the_way_out_that_it_names_leads_back_into_the_network(members: Members) -> None:
    use_up(members, ASH)
    folder = members.folder
    asked, granted = folder / "again.request", folder / "again.grant"
    words = [
        ("again", "member", "request", "--handle", "ash-2", "--out", asked),
        (BASE, "member", "grant", asked, "--role", "patrol", "--out", granted),
        ("again", "member", "join", granted),
        (BASE, "roster", "revoke", ASH, "--reason", "lost", "--yes"),
    ]
    for handle, *said in words:
        done = members.run(str(handle), *said)
        assert done.code == 0, done.err
    with members.daemon("again") as node:
        found = node.status()["status"]
        assert (found["name"], found["revoked"]) == ("ash-2", False)
        node.call("report", kind="fire")
