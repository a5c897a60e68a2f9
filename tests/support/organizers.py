"""Three founders, two of whom must agree, with stores that open quickly; and their commands.

Commands run in this process: `main` with the words that a person would type.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any
from unittest import mock

from meshdefense.cli.main import main
from meshdefense.clock import Clock, now
from meshdefense.enrolment import Plan, create_network, request
from meshdefense.node.offline import first_join
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store
from support.daemons import PASSPHRASE, private_file

__all__ = ["ASH", "BASE", "BIRCH", "FOUNDERS", "Organizers", "found"]

BASE, ASH, BIRCH = FOUNDERS = ("base", "ash", "birch")


PACE_S = 10.0
"""Between two commands without a daemon: a decision's time counts in steps of four seconds."""


class Organizers:
    """Folders of the members of one network."""

    def __init__(self, folder: Path, ahead_s: float = 0.0) -> None:
        self.folder, self._ahead_s = folder, ahead_s
        self.passphrase = folder / "passphrase"

    def copied(self, folder: Path) -> Organizers:
        """The same in another folder, for one test alone."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Organizers(folder, self._ahead_s)

    def data(self, handle: str) -> Path:
        """A member's data folder."""
        return self.folder / handle

    def store(self, handle: str) -> Store:
        """Somebody's store, made when it is not there."""
        folder = DataFolder(self.data(handle))
        if folder.keyslot.exists():
            return Store.open(folder, PASSPHRASE.encode())
        return Store.create(folder, PASSPHRASE.encode(), profile=INTERACTIVE)

    def asked(self, handle: str) -> Path:
        """A newcomer's request as a file."""
        with self.store(handle) as store:
            text = request(store, handle, os.urandom)
        file = self.folder / f"{handle}.request"
        file.write_text(text)
        return file

    def run(self, handle: str, *words: object) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command of one of them."""
        given = ["--data", str(self.data(handle)), "--passphrase-file", str(self.passphrase)]
        out, err = io.StringIO(), io.StringIO()
        self._ahead_s += PACE_S
        ahead_s = self._ahead_s
        later = Clock(lambda: now() + ahead_s)
        own = mock.patch("meshdefense.node.offline.Clock", return_value=later)
        with own, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main([*map(str, words), *given])
            except SystemExit as ended:
                code = int(ended.code or 0)
        return code, out.getvalue(), err.getvalue()

    def ask(self, handle: str, *words: object, code: int = 0) -> Any:
        """The JSON answer of a command that ends with `code`."""
        found, out, err = self.run(handle, *words, "--json")
        assert found == code, f"{words}: {found}: {err}"
        return json.loads(out)

    def exchange(self, giver: str, *takers: str) -> list[Any]:
        """The giver's decisions go to the others by file; what each says of it."""
        file = self.folder / f"{giver}.roster"
        self.ask(giver, "roster", "export", file)
        return [self.ask(taker, "roster", "import", file) for taker in takers]

    def let_in(self, handle: str, *words: str, by: tuple[str, str] = (BASE, ASH)) -> Path:
        """A newcomer whom two organizers let in, and who has joined; returns the grant."""
        out = self.folder / f"{handle}.grant"
        grant = ("member", "grant", self.asked(handle), *words, "--out", out)
        waits = self.ask(by[0], *grant, code=10)
        self.exchange(by[0], by[1])
        self.ask(by[1], "roster", "endorse", waits["decision"]["id"], "--yes")
        self.exchange(by[1], by[0])
        self.ask(by[0], *grant)
        self.ask(handle, "member", "join", out)
        return out


def found(folder: Path) -> Organizers:
    """The network; every founder has joined."""
    made = Organizers(folder)
    private_file(made.passphrase, PASSPHRASE + "\n")
    requests = [made.asked(handle).read_text() for handle in (ASH, BIRCH)]
    date = int(now()) // 86_400 * 86_400
    plan = Plan("Elm Street", 40.76, -111.89, 1, date, BASE, tuple(requests))
    with made.store(BASE) as store:
        founded = create_network(store, plan, os.urandom)
    for handle, text in founded.grants.items():
        (folder / f"{handle}.grant").write_text(text)
        with made.store(handle) as store:
            first_join(store, text)
    return made
