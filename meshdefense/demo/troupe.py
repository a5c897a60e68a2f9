"""Runs the demo's processes: the virtual radios and seven daemons, forked after one import.

`python -m meshdefense.demo.troupe FOLDER STORY PRESET` makes the story's network in FOLDER,
starts everything and prints one line of JSON when the sockets are known. It ends when its
stdin ends, so that nothing outlives the program that started it, however that one died;
FOLDER is deleted then.
Importing the libraries once and forking is what makes seven daemons start in seconds; each is
the same `daemon.run` as `meshdefense run`.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, NoReturn

from meshdefense import clock, daemon, logs
from meshdefense.demo.plot import Plot
from meshdefense.demo.prelude import Beginning, Prepared, prepare
from meshdefense.demo.stories import story_named
from meshdefense.enrolment import founding
from meshdefense.node.writer import Writer
from meshdefense.paths import DataFolder, FolderLock
from meshdefense.radio.addresses import parse_address
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store

__all__ = ["PASSPHRASE", "main"]

PASSPHRASE: Final = b"demo"
"""Of every node: known to all, so that whoever locks the screen can go on. The folder is
readable by this user alone, and nothing in it is worth more."""
GRACE_S: Final = 5.0
"""A process that has not ended by then is killed."""
SHARED: Final = (
    "google.protobuf.descriptor_pb2",
    "google.protobuf.json_format",
    "requests",
    "serial.tools.list_ports",
    "bleak",
    "yaml",
    "tabulate",
)
"""What the radio library imports, loaded once for all daemons. Not the library itself: it
starts a thread when it is imported, and threads do not survive a fork."""
_PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> int:
    """Start, wait for the end of stdin, clean up."""
    folder, plot, preset = Path(arguments[0]), story_named(arguments[1]), arguments[2]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    children: list[int] = []
    radios: subprocess.Popen[str] | None = None
    try:
        for name in SHARED:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        radios, addresses, control = _radios(folder, plot, preset)
        beginning = prepare(clock.now(), plot)
        for prepared, address in zip(beginning.nodes, addresses, strict=True):
            children.append(_fork(folder, beginning, prepared, address))
        sockets = {one.handle: str(DataFolder(folder / one.handle).socket) for one in plot.cast}
        sys.stdout.write(json.dumps({"sockets": sockets, "control": control}) + "\n")
        sys.stdout.flush()
        _wait(children, radios)
    finally:
        _end(children, radios)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _radios(folder: Path, plot: Plot, preset: str) -> tuple[subprocess.Popen[str], list[str], int]:
    """Start the virtual radios; returns their addresses in the order of the cast."""
    file = folder / "scenario.json"
    file.write_text(json.dumps(plot.scenario(preset)))
    command = [
        sys.executable, "-m", "meshdefense", "radio", "virtual", "--scenario", str(file),
        "--port", "0", "--control", "0", "--json",
    ]  # fmt: skip
    log = (folder / "radio.log").open("w")
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
        preexec_fn=_die_with_parent,
    )  # fmt: skip
    log.close()
    assert process.stdout is not None  # it is a pipe
    line = process.stdout.readline()
    if not line:
        raise SystemExit("the virtual radios did not start")
    answer: dict[str, Any] = json.loads(line)
    return process, [radio["address"] for radio in answer["radios"]], int(answer["control"])


def _fork(folder: Path, beginning: Beginning, prepared: Prepared, address: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    _be_a_daemon(folder, beginning, prepared, address)


def _be_a_daemon(folder: Path, beginning: Beginning, prepared: Prepared, address: str) -> NoReturn:
    """In the child: make the store, run the daemon, and never return."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    devnull = os.open(os.devnull, os.O_RDWR)
    log = os.open(folder / f"{prepared.player.handle}.log", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(devnull, 0)
    os.dup2(devnull, 1)
    os.dup2(log, 2)
    code = 1
    try:
        logs.configure()
        data = DataFolder(folder / prepared.player.handle)
        data.make()
        lock = FolderLock(data)
        lock.acquire()
        with Store.create(data, PASSPHRASE, profile=INTERACTIVE) as store:
            _fill(store, beginning, prepared)
            daemon.run(store, data.socket, parse_address(address))
        code = 0
    except BaseException:  # noqa: BLE001  # a forked child must not run its parent's code; the log says why
        logs.get("demo").exception("the daemon of %s failed", prepared.player.handle)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _fill(store: Store, beginning: Beginning, prepared: Prepared) -> None:
    me = prepared.membership
    store.commit(founding(beginning.charter, prepared.seed, me.vault, me.number))
    writer = Writer(store, prepared.membership)
    for then, events in prepared.events:
        writer.commit(events, [], {}, then)


def _wait(children: list[int], radios: subprocess.Popen[str]) -> None:
    """Until stdin ends, or a process does."""
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.5)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return
        ended, _ = os.waitpid(-1, os.WNOHANG)
        if ended in children or radios.poll() is not None:
            return


def _end(children: list[int], radios: subprocess.Popen[str] | None) -> None:
    pids = [*children, *([radios.pid] if radios is not None else [])]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    left = set(pids)
    while left and time.monotonic() < deadline:
        for pid in list(left):
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    continue
            left.discard(pid)
        time.sleep(0.02)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent; elsewhere the pipe has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
