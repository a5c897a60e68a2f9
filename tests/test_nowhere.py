"""The promises about what the program does not have: no field for who somebody is, no way out
to a network, and no secret in a text."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import resource
import signal
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from meshdefense import hardening
from meshdefense_protocol.packets import BODIES
from support.commands import PATIENCE_S, command, environment, until
from support.three_organizers import MASTER, OLD_SEED, ThreeOrganizers

ROOT = Path(__file__).resolve().parents[1]


def test_no_secret_of_the_protocol_shows_itself() -> None:
    network = ThreeOrganizers()
    me = network.membership("ada")
    secrets = [me.identity.seed, MASTER, OLD_SEED, *me.vault.statics.values()]
    secrets += me.vault.path.values()
    texts = [repr(me), repr(me.vault), repr(me.identity), repr(me.vault.master)]
    texts += [repr(one) for one in me.vault.secrets(me.roster, network.network_id)]
    secrets += [one.secret for one in me.vault.secrets(me.roster, network.network_id)]
    for secret in secrets:
        for form in (secret.hex(), repr(secret)[2:-1]):
            assert not any(form in text for text in texts), form


def test_a_process_that_sees_a_passphrase_can_dump_no_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asked of the system: where it allows none anyway, looking at the limit proves nothing."""
    asked = dict[int, tuple[int, int]]()
    monkeypatch.setattr(resource, "setrlimit", asked.__setitem__)
    hardening.forbid_core_dumps()
    assert max(asked[resource.RLIMIT_CORE]) <= 1


FORBIDDEN = re.compile(
    r"person|forename|surname|nick|face|photo|image|picture|plate|licen[cs]e_plate|street"
    r"|house|phone|mail|status_of|immigration|health|medical_|ethnic|race|nation|gender|religion"
)


def test_nothing_that_is_said_has_a_field_for_who_somebody_is() -> None:
    fields = {
        f"{body.__name__}.{field.name}" for body in BODIES.values()
        for field in dataclasses.fields(body)
    }  # fmt: skip
    assert len(fields) > 60, "the bodies are all seen"
    assert not [name for name in fields if FORBIDDEN.search(name.split(".")[1])]
    texts = {
        f"{body.__name__}.{field.name}" for body in BODIES.values()
        for field in dataclasses.fields(body) if field.type == "str"
    }  # fmt: skip
    assert texts <= {
        "Report.note", "Verdict.note", "Notice.text", "Dispatch.look", "Dispatch.text",
        "Dispatch.note", "Grant.handle",
    }, f"another free text: {sorted(texts)}; can it be a word of a list instead?"  # fmt: skip


NETWORKING = {
    "aiohttp", "asyncio.streams", "ftplib", "http", "httpx", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "telnetlib", "urllib", "urllib3", "webbrowser", "xmlrpc",
}  # fmt: skip
SPEAKING = {
    "open_connection", "start_server", "create_connection", "create_server", "sock_connect",
    "create_datagram_endpoint",
}  # fmt: skip
MAY_SPEAK = {
    "meshdefense/demo/story.py": "the demo's own radios, on 127.0.0.1",
    "meshdefense/provisioning/station.py": "looks whether a radio named with --tcp is there",
    "meshdefense/radio/checks.py": "only names the errors of a socket",
    "meshdefense/radio/walled.py": "the radio that was named with --radio tcp:",
    "meshdefense/virtual/connection.py": "virtual radios, on 127.0.0.1",
    "meshdefense/virtual/control.py": "virtual radios, on 127.0.0.1",
    "tui/meshdefense_tui/web/server.py": "the screens in a browser, on 127.0.0.1",
}
"""Modules that may touch a network, and which."""


NO_PLACES = {
    "http://www.topografix.com/GPX/1/1": "the name of an XML namespace, which nobody opens",
    "http://www.w3.org/2000/svg": "the same",
    "https://meshtastic.org/e/#": "how stock apps know channels in a QR code; nothing opens it",
}


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Every module of the program."""
    return list(_parsed())


def _parsed() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("meshdefense", "protocol", "tui", "firmware-config"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def speaks(tree: ast.Module) -> set[str]:
    """What in a module could reach a network."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} & SPEAKING
    found.discard("urllib.parse")  # only takes texts apart
    return {name for name in found if name in SPEAKING or name.split(".")[0] in NETWORKING}


def test_only_named_modules_can_touch_a_network() -> None:
    seen = {name: speaks(tree) for name, tree in modules()}
    assert len(seen) > 150, "all modules are looked at"
    assert {name for name, found in seen.items() if found} == set(MAY_SPEAK)


def test_no_module_names_a_place_on_the_internet() -> None:
    for name, tree in modules():
        documents = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and node.body and isinstance(node.body[0], ast.Expr)
        }  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if id(node) not in documents and node.value not in NO_PLACES:
                    # a scheme without a host stands before an address of this machine
                    address = r"\b(https?|wss?|mqtts?)://(?!localhost)[\w\[]"
                    assert not re.search(address, node.value), name


WATCH = """\
import os, sys

def _watch(event, args):
    if event in ("socket.bind", "socket.connect", "socket.sendto"):
        told = args[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        told = (args[0], 0)
    else:
        return
    with open(os.environ["MESHDEFENSE_WATCH"], "a") as file:
        file.write(f"{told!r}\\n")

sys.addaudithook(_watch)
"""
"""Python's own auditing: no socket gets past it, whichever library made it."""


def opened(told: Path) -> list[str]:
    """Every address so far."""
    return told.read_text().splitlines() if told.exists() else []


@pytest.mark.slow
def test_seven_daemons_radios_and_a_screen_reach_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    told = tmp_path / "told"
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    demo = subprocess.Popen(
        command("demo", "--headless", "--json"),
        env=environment(PYTHONPATH=os.pathsep.join(paths), MESHDEFENSE_WATCH=str(told)),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:  # every daemon has its radio, and the story speaks to them
        until(lambda: opened(told), lambda lines: sum("daemon.sock" in one for one in lines) >= 20)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(PATIENCE_S)
    addresses = {ast.literal_eval(line) for line in opened(told)}
    local = {address for address in addresses if isinstance(address, str)}
    assert any(path.endswith("/daemon.sock") for path in local), "the hook sees what is opened"
    hosts = {address[0] for address in addresses - local}
    assert "127.0.0.1" in hosts
    assert hosts <= {"127.0.0.1", "::1", "localhost"}, hosts
