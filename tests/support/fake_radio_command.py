"""Stands in for `meshdefense radio ...`: answers as recorded, and misbehaves where a test says so.

Run as a script by the screens, with a folder as its first argument; in it lie

    answers.json   by command ("fleet show", "list", ...): lines, stderr, code, and an optional
                   `then`: hang, die, kill, flood, garbage, endless; `hold` waits for a file of
                   that name before the line of that number, before the passphrase is looked at
                   ("start"), or before the end ("end")
    stopped        written here where it was asked to stop, and did
    calls.jsonl    written here: arguments, process id, the environment's names with a value that
                   holds the passphrase, and whether the passphrase came
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("recorded_radio_commands.json")
PASSPHRASE = "correct horse battery ñ"
_NOUNS = ("fleet show", "fleet hand", "list", "plan", "apply", "prove", "drift", "lost")
_KINDS = {"--drill": "drill", "--yes": "lose"}
"""A lost radio has three commands under one noun."""


def recorded() -> dict[str, Any]:
    """What the real commands said to the same orders; by the name of the recording."""
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    found["fleet show"], found["fleet hand"] = found.pop("show"), found.pop("hand")
    return found


def write_answers(folder: Path, **changes: dict[str, Any]) -> None:
    """Prepare a folder; `changes` by command, with _ for the blank."""
    answers = recorded()
    for name, change in changes.items():
        answers[name.replace("_", " ")] = answers[name.replace("_", " ")] | change
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


def calls(folder: Path) -> list[dict[str, Any]]:
    """What was started so far."""
    path = folder / "calls.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def _main(folder: Path, words: Sequence[str]) -> int:
    rest = list(words[words.index("radio") + 1 :])
    command = next(noun for noun in _NOUNS if rest[: len(noun.split())] == noun.split())
    if command == "lost":
        command = next((_KINDS[word] for word in rest if word in _KINDS), command)
    given = _passphrase(rest)
    note = {"command": command, "words": list(words), "pid": os.getpid(), "passphrase": given}
    with (folder / "calls.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(note) + "\n")
    answer = json.loads((folder / "answers.json").read_text(encoding="utf-8"))[command]
    _wait(folder, answer.get("hold", {}).get("start"))
    if given is False and not answer.get("missing"):
        sys.stderr.write("meshdefense: Wrong passphrase.\n")
        return 7
    return _say(folder, answer)


def _passphrase(rest: list[str]) -> bool | None:
    """Whether the right one came through the pipe; None where none was promised."""
    if "--passphrase-fd" not in rest:
        return None
    path = Path(f"/dev/fd/{rest[rest.index('--passphrase-fd') + 1]}")
    return path.read_text(encoding="utf-8") == PASSPHRASE + "\n"


def _say(folder: Path, answer: dict[str, Any]) -> int:
    hold = answer.get("hold", {})
    for number, line in enumerate(answer["lines"]):
        _wait(folder, hold.get(str(number)))
        _put(line)
    _wait(folder, hold.get("end"))
    match answer.get("then"):
        case "hang":
            time.sleep(600)
        case "deaf":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _put({})
            time.sleep(600)
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "flood":
            while True:
                _put(answer["lines"][0])
        case "endless":
            while True:
                sys.stdout.write("x" * 65_536)
        case "raise":
            raise RuntimeError("the radio library\x1b[2J fell over")
    sys.stderr.write(answer.get("stderr", ""))
    return int(answer.get("code", 0))


def _put(line: Any) -> None:
    sys.stdout.write((line if isinstance(line, str) else json.dumps(line)) + "\n")
    sys.stdout.flush()


def _wait(folder: Path, name: str | None) -> None:
    while name is not None and not (folder / name).exists():
        time.sleep(0.01)


if __name__ == "__main__":
    try:
        sys.exit(_main(Path(sys.argv[1]), sys.argv[2:]))
    except KeyboardInterrupt:
        (Path(sys.argv[1]) / "stopped").touch()
        sys.exit(130)
