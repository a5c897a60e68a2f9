"""The documents name what the program has, and nothing that it does not have."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from meshdefense import panic
from meshdefense.api.parts_schema import DeliveryState
from meshdefense.api.schema import TABLES, ErrorCode
from meshdefense.api.server import GUARDING
from meshdefense.cli.main import NOUNS
from meshdefense.node.enrolling import ENROLLING
from meshdefense.node.history import LOOKING_BACK
from meshdefense.node.requests import SUBMISSIONS, body_of
from meshdefense.node.stock_requests import STOCKING
from meshdefense_protocol.roster import Role
from support.commands_page import PAGE, commands, page
from support.network import Network

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "firmware-config").glob("*.md")]
)
RUNNABLE = [ROOT / "README.md", ROOT / "docs/quickstart.md", ROOT / "CONTRIBUTING.md"]
"""Their blocks marked `sh` are there to be typed as they stand."""
API = (ROOT / "docs/api.md").read_text(encoding="utf-8")
COMMANDS = {command.name: command for command in commands()}
METHODS = [
    *SUBMISSIONS, *ENROLLING, *STOCKING, *LOOKING_BACK, *GUARDING,
    "hello", "changes", "status", "here", "stop",
]  # fmt: skip


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def invocations(line: str) -> Iterator[list[str]]:
    """Each call of the program in a line of shell, as its arguments."""
    for part in re.split(r"\s&(?:\s|$)|;|\|\|?|&&", line):
        words = shlex.split(re.sub(r"\s\d?>\s*\S+", "", part), comments=True)
        words = words[2:] if words[:2] == ["uv", "run"] else words
        if words and (words[0] == "meshdefense" or words[0].endswith("/meshdefense")):
            yield words[1:]


def runnable() -> list[tuple[str, list[str]]]:
    return [
        (named(path), arguments)
        for path in RUNNABLE
        for block in blocks(path.read_text(encoding="utf-8"), "sh")
        for line in block.splitlines()
        for arguments in invocations(line)
    ]


def command_of(arguments: list[str]) -> tuple[str, list[str]]:
    """The name of the command, and what is left for its own parser."""
    for count in (3, 2):
        if (name := " ".join(arguments[:count])) in COMMANDS:
            return name, arguments[count:]
    return arguments[0], arguments[1:]


def test_the_runnable_blocks_are_found() -> None:
    called = {command_of(arguments)[0] for _, arguments in runnable()}
    assert called >= {
        "demo", "network create", "member request", "member grant", "member join", "run", "tui",
        "radio virtual", "report", "alerts", "verify", "status", "checkin", "message", "stop",
    }  # fmt: skip


@pytest.mark.parametrize(("document", "arguments"), runnable())
def test_a_command_to_be_typed_is_one_that_the_program_takes(
    document: str, arguments: list[str]
) -> None:
    if arguments == ["--version"]:
        return
    name, rest = command_of(arguments)
    assert name in COMMANDS, f"{document}: there is no {name}"
    with contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            COMMANDS[name].parser.parse_args(rest)
        except SystemExit:
            pytest.fail(f"{document}: {shlex.join(arguments)}: {said.getvalue()}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_command_in_a_sentence_exists_with_its_options(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for called in re.findall(r"`(?:uv run )?meshdefense ([^`]+)`", text):
        words = re.findall(r"[\w-]+|\.\.\.", called)
        if words[0] in ("NOUN", "...", "--version"):
            continue
        name = command_of(words)[0]
        if name in NOUNS and name not in COMMANDS:  # a noun of several verbs
            assert not re.findall(r"--[a-z-]+", called), f"{called}: name its verb"
            continue
        assert name in COMMANDS, f"there is no `meshdefense {called}`"
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", called))
        assert options <= COMMANDS[name].options | {"--help"}, called


@pytest.mark.parametrize("noun", NOUNS)
def test_the_readme_names_every_noun(noun: str) -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert any(re.search(rf"\b{noun}\b", row) for row in rows)


def test_the_page_of_commands_is_that_of_the_program() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run tests/support/commands_page.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_names_every_option(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(rf"^## meshdefense {name}$(.*?)(?=^## )", text, re.M | re.S)
    assert section is not None
    for option in COMMANDS[name].options:
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", section[1]), option
    for action in COMMANDS[name].actions:
        assert action.help, f"{name}: {action.dest} has no help"


class _Asked(Mapping[str, Any]):
    """Parameters that remember which of them were asked for."""

    def __init__(self, **values: Any) -> None:
        self.values_given, self.asked = values, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self.values_given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)


LEAST: dict[str, dict[str, Any]] = {
    "report": {"kind": "fire"},
    "verdict": {"alert": "1.0.0", "result": "confirmed"},
    "retract": {"alert": "1.0.0"},
    "message": {"text": "hello"},
    "long_report": {"text": "hello"},
    "acknowledge": {"item": "1.0.0"},
    "dispatch": {"alert": "1.0.0", "member": "vic"},
    "respond": {"alert": "1.0.0", "state": "on-the-way"},
    "broadcast": {"alert": "1.0.0"},
    "escalate": {"alert": "1.0.0"},
    "close": {"alert": "1.0.0"},
    "sos_end": {"sos": "1.0.0"},
    "rollanswer": {"rollcall": "1.0.0"},
}


def api_row(method: str) -> str:
    rows = re.findall(rf"^\| `{method}` \|(.*)$", API, re.M)
    assert rows, f"docs/api.md has no row for {method}"
    return str(rows[0])


@pytest.mark.parametrize("method", METHODS)
def test_the_api_page_has_a_row_for_every_method(method: str) -> None:
    assert api_row(method)


def test_the_api_page_has_no_method_that_the_server_does_not_know() -> None:
    methods = re.findall(r"^\| `(\w+)` \|", API.split("## Methods")[1].split("## Rows")[0], re.M)
    assert sorted(methods) == sorted(METHODS)


@pytest.mark.parametrize("method", SUBMISSIONS)
def test_the_api_page_names_every_parameter_of_what_is_said(method: str) -> None:
    network, asked = Network(), _Asked(**LEAST.get(method, {}))
    body_of(method, asked, network.charter, network.roster)
    words = set(re.findall(r"`(\w+)`", api_row(method).split("|")[0]))
    assert words - {"drill"} == asked.asked - {"drill"}  # `drill` stands in the text, for all
    assert "`drill`" in API


@pytest.mark.parametrize("method", ENROLLING)
def test_the_api_page_names_every_parameter_of_enrolment(method: str) -> None:
    source = inspect.getsource(ENROLLING[method])
    taken = set(re.findall(r'params\.(?:take|required|word)\(\s*"(\w+)"', source))
    assert taken == set(re.findall(r"`(\w+)`", api_row(method).split("|")[0]))


def test_the_api_page_names_every_table_error_code_and_delivery_state() -> None:
    rows, errors = API.split("## Rows")[1].split("## Errors")
    assert re.findall(r"^\| `(\w+)` \|", rows, re.M) == list(TABLES)
    assert re.findall(r"^\| `(\w+)` \|", errors, re.M) == list(get_args(ErrorCode))
    for state in get_args(DeliveryState):
        assert f"`{state}`" in rows


def test_the_quickstart_names_every_role() -> None:
    text = (ROOT / "docs/quickstart.md").read_text(encoding="utf-8")
    for role in Role:
        assert role.name is not None
        assert re.search(rf"^\| {role.name.lower()} \|", text, re.M)


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def test_decisions_are_numbered_without_gaps_listed_and_complete() -> None:
    folder = ROOT / "docs/decisions"
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert [path.name[:4] for path in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for number, path in enumerate(files, 1):
        text = path.read_text(encoding="utf-8")
        title = text.splitlines()[0]
        assert title.startswith(f"# {number}. ")
        assert f"]({path.name}) | {title.partition('. ')[2]} |" in index
        for part in ("Context", "Decision", "Why", "Consequences"):
            assert f"**{part}.**" in text, f"{path.name} has no {part}"


def test_a_document_that_the_code_names_exists() -> None:
    listed = subprocess.run(
        ["grep", "-rhoE", "--include=*.py", r"docs/[a-z0-9/-]+\.md", *_source_folders()],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert len(listed) > 10
    for name in sorted(set(listed)):
        assert (ROOT / name).exists(), name


def test_the_page_of_the_store_names_all_that_a_panic_takes_beside_it() -> None:
    text = (ROOT / "docs/storage.md").read_text(encoding="utf-8")
    listed, about = text.split("## Keys")[0], text.split("## Panic")[1].split("\n## ")[0]
    for name in ("exports", "maps", "fleet"):
        assert f"`{name}`" in listed
    for name in (*panic._TREES, *panic._FLEETS):
        assert f"`{name}`" in about


def _source_folders() -> list[str]:
    return [str(ROOT / name) for name in ("meshdefense", "protocol", "tui", "firmware-config")]


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "docs/threat-model.md"])
def test_what_people_read_first_says_what_is_not_promised(name: str) -> None:
    text = " ".join((ROOT / name).read_text(encoding="utf-8").lower().split())
    assert "unaudited" in text
    assert "where" in text
    assert "transmit" in text


def test_the_readme_warns_in_both_languages() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    english, spanish = text.split("## En español")
    for words in ("No answer is not safety", "best effort", "It cannot hide", "stay safe"):
        assert words in english
    for words in ("No está auditado", "que nadie conteste no quiere decir", "No oculta"):
        assert words in spanish
