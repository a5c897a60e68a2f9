"""Real processes: virtual radios, and daemons of members who were let in by the real commands.

Each is started and ended by its own handle. A network is made once and its folders are copied:
every passphrase check costs a fifth of a second on purpose.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from meshdefense.api.client import DaemonGoneError, NodeClient
from meshdefense.paths import DataFolder
from support.commands import PATIENCE_S, Done, command, environment, meshdefense, until

__all__ = [
    "ASH",
    "BASE",
    "BIRCH",
    "PASSPHRASE",
    "Daemon",
    "Members",
    "Radios",
    "ask",
    "free_base",
    "make_members",
    "private_file",
    "two_nodes",
]

PASSPHRASE = "canary-passphrase-7Zq"
BASE, ASH, BIRCH = "base", "ash", "birch"
_ROLES = {ASH: ("patrol", "reporter"), BIRCH: ("patrol", "verifier", "reporter")}


class Members:
    """Folders of the members of one network, not yet running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passphrase = folder / "passphrase"

    def data(self, handle: str) -> Path:
        """A member's data folder."""
        return self.folder / handle

    def copied(self, folder: Path) -> Members:
        """The same members in another folder, for one test alone."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Members(folder)

    def run(self, handle: str, *words: object) -> Done:
        """A command of one of them that asks for the passphrase."""
        return meshdefense(*words, "--passphrase-file", self.passphrase, data=self.data(handle))

    def say(self, handle: str, *words: object) -> Done:
        """A command of one of them that talks to the daemon."""
        return meshdefense(*words, data=self.data(handle))

    def daemon(
        self, handle: str, radio: str = "none", *, wait: bool = True, more: Sequence[str] = ()
    ) -> Daemon:
        """Start somebody's daemon, with `more` words after its own."""
        return Daemon(self, handle, radio, wait=wait, more=more)


def private_file(path: Path, text: str) -> Path:
    """A file that only its owner reads."""
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def make_members(folder: Path, *more_roles: str, policies: Sequence[str] = ()) -> Members:
    """base makes a network and lets ash and birch in, with the commands of the manual.

    Both get `more_roles` besides their own. `policies` are as on the command line.
    """
    members = Members(folder)
    private_file(members.passphrase, PASSPHRASE + "\n")
    made = members.run(
        BASE, "network", "create", "--name", "Test Valley", "--handle", BASE,
        "--origin", 40.76, -111.89, *(word for one in policies for word in ("--policy", one)),
    )  # fmt: skip
    assert made.code == 0, made.err
    for handle, roles in _ROLES.items():
        asked, granted = folder / f"{handle}.request", folder / f"{handle}.grant"
        words = [word for role in (*roles, *more_roles) for word in ("--role", role)]
        for done in (
            members.run(handle, "member", "request", "--handle", handle, "--out", asked),
            members.run(BASE, "member", "grant", asked, *words, "--out", granted),
            members.run(handle, "member", "join", granted),
        ):
            assert done.code == 0, done.err
    done = members.run(ASH, "member", "join", granted)  # ash takes the roster with birch in it
    assert done.code == 0, done.err
    return members


class Daemon:
    """`meshdefense run` of one member. A context manager: at the end it is interrupted."""

    def __init__(
        self, members: Members, handle: str, radio: str, *, wait: bool, more: Sequence[str] = ()
    ) -> None:
        self.data, self.radio = members.data(handle), radio
        self.log = members.folder / f"{handle}.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command(
                    "run", "--radio", radio, "--data", self.data,
                    "--passphrase-file", members.passphrase, "--verbose", *more,
                ),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(),
            )  # fmt: skip
        try:
            if wait:
                self.wait_ready()
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def wait_ready(self) -> None:
        """Until it answers; and, when it has a radio, until that is ready."""
        until(self._answers)
        if self.radio != "none":
            self.wait_radio("ready")

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return int(asyncio.run(_pid(self.data))) == self.process.pid
        except DaemonGoneError:
            return False

    def wait_radio(self, *states: str) -> dict[str, Any]:
        """Until the radio is in one of these states; returns its row."""
        return until(lambda: self.status()["radio"], lambda radio: radio["state"] in states)

    def call(self, method: str, **params: Any) -> Any:
        """One request through the API."""
        return ask(self.data, method, **params)

    def status(self) -> Any:
        """Answer of `status`: the node's row and the radio's."""
        return self.call("status")

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """A table of the API by id, without what is gone."""
        rows = self.call("changes", since=0)["tables"].get(table, [])
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids)), f"{table} shows something twice"
        return {row["id"]: row for row in rows if not row.get("gone")}

    def kill(self) -> None:
        """`kill -9`: nothing is tidied up."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        """Ctrl-C; it must end well."""
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert code == 0, self.log.read_text()


class Radios:
    """`meshdefense radio virtual` with a control port. A context manager."""

    def __init__(self, nodes: int = 2, *, port: int = 0, speed: float = 1.0) -> None:
        """On the quickest preset; `speed` makes all times of air and firmware shorter."""
        self.process = subprocess.Popen(
            command(
                "radio", "virtual", "--nodes", nodes, "--port", port, "--preset", "SHORT_TURBO",
                "--speed", speed, "--control", 0, "--json",
            ),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert self.process.stdout is not None
        with self.process.stdout as output:
            told = json.loads(output.readline())
        self.addresses: list[str] = [radio["address"] for radio in told["radios"]]
        self._control: int = told["control"]

    def __enter__(self) -> Radios:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                code = self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            assert code == 0

    def kill(self) -> None:
        """`kill -9`: the memory of the radios is gone."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """One command to the control port."""
        with socket.create_connection(("127.0.0.1", self._control), PATIENCE_S) as line:
            line.sendall(json.dumps({"do": verb, **arguments}).encode() + b"\n")
            with line.makefile() as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        assert answer["ok"], answer
        return answer


def free_base(count: int) -> int:
    """The first of `count` ports in a row that were free just now.

    Below those that the kernel hands out, so that nobody's connection takes them meanwhile.
    """
    while True:
        base = random.randrange(20_000, 32_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + count):
                one = held.enter_context(socket.socket())
                one.bind(("127.0.0.1", port))
            return base


def ask(data: Path, method: str, **params: Any) -> Any:
    """One request to the daemon of a folder. Raises DaemonGoneError, ApiError."""

    async def talk() -> Any:
        client = await NodeClient.connect(DataFolder(data).socket, client="test", timeout_s=20)
        try:
            return await client.call(method, **params)
        finally:
            await client.close()

    return asyncio.run(talk())


async def _pid(data: Path) -> int:
    client = await NodeClient.connect(DataFolder(data).socket, client="test", timeout_s=20)
    try:
        assert client.hello is not None
        return client.hello["pid"]
    finally:
        await client.close()


@contextlib.contextmanager
def two_nodes(members: Members, radios: Radios) -> Iterator[tuple[Daemon, Daemon]]:
    """base and ash on the first two radios."""
    first, second = radios.addresses[:2]
    with (
        members.daemon(BASE, first, wait=False) as base,
        members.daemon(ASH, second, wait=False) as ash,
    ):
        base.wait_ready()
        ash.wait_ready()
        yield base, ash
