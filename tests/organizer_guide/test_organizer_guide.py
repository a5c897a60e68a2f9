"""The organizers' guide is followed word for word: real commands, virtual radios, real shells.

Only the ports are others, and the radios' own clocks are quicker.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.cli.radio import VERBS
from support.daemons import free_base
from support.guide_steps import Step, read_guide
from support.table_player import PASSPHRASE, StepError, Table, laid

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "organizer-guide.md").read_text(encoding="utf-8")
STEPS = read_guide(GUIDE)
RADIOS = 5
QUICKER = {"--reboot-seconds 5": "--reboot-seconds 0.5 --speed 3", "15 s": "4 s"}
WRONG = """
## 1. One chapter

1. It goes:

   ```sh
   echo one; echo "two   words"
   ```

   "two words"
2. {}
"""


def ports() -> dict[str, str]:
    """Those of the guide, and others that are free, so that two runs do not meet."""
    base = free_base(RADIOS)
    return {str(4480 + radio): str(base + radio) for radio in range(RADIOS)}


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with laid(tmp_path, {}) as made:
        yield made


def followed(table: Table, steps: list[Step]) -> None:
    for step in steps:
        table.follow(step)
    table.finish()


def test_each_step_of_the_guide_is_as_it_says(tmp_path: Path) -> None:
    with laid(tmp_path, {**ports(), **QUICKER}) as made:
        followed(made, STEPS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('Again: "three words"', "'three words' is not there"),
        ('**Gone** "two words"', "'two words' is still there"),
        ("This:\n\n   ```sh\n   false\n   echo later\n   ```", "'false' ended with 1"),
        ("This:\n\n   ```sh\n   false\n   ```", "'false' ended with 1"),
        ("This:\n\n   ```sh\n   true\n   ```\n\n   is **refused**.", "'true' ended with 0"),
        (
            "This:\n\n   ```sh\n   false\n   ```\n\n   is **refused**. **Press** `Enter`",
            "nothing runs that",
        ),
        ("![Picture](pictures/operator-guide/alarm.svg)", "picture is nothing that is done"),
    ],
)
def test_a_step_that_is_not_so_fails_with_its_name(table: Table, text: str, complaint: str) -> None:
    with pytest.raises(StepError, match=re.escape(complaint)) as found:
        followed(table, read_guide(WRONG.format(text)))
    assert "1. One chapter, step 2" in str(found.value)


def test_a_passphrase_is_typed_where_one_is_asked_for(table: Table) -> None:
    line = "read -r -s -p 'Passphrase: ' it; printf 'it has %d letters' ${#it}"
    asked = f'1. It asks:\n\n   ```sh\n   {line}\n   ```\n\n   "it has {len(PASSPHRASE)} letters"\n'
    followed(table, read_guide(f"## 1. One\n{asked}"))
    assert f"\n    {PASSPHRASE}\n" in GUIDE


def test_the_guide_names_every_verb_of_the_radio() -> None:
    for verb in VERBS:
        assert re.search(rf"meshdefense radio {verb}\b", GUIDE), verb


def test_the_chapters_and_steps_count_up_and_each_chapter_promises_something() -> None:
    chapters: dict[str, list[Step]] = {}
    for step in STEPS:
        chapters.setdefault(step.chapter, []).append(step)
    assert [int(name.split(".")[0]) for name in chapters] == list(range(1, len(chapters) + 1))
    for name, steps in chapters.items():
        assert [step.number for step in steps] == list(range(1, len(steps) + 1)), name
        said = {action.what for step in steps for action in step.actions}
        assert {"shell", "seen"} <= said, f"{name} could not fail"


def test_no_command_of_the_guide_stands_outside_of_a_step() -> None:
    steps = sum(action.what == "shell" for step in STEPS for action in step.actions)
    assert GUIDE.count("```sh") == steps > 40


def test_what_it_may_say_else_is_what_the_program_says() -> None:
    rows = GUIDE.split("## When it says something else")[1]
    named = re.findall(r"^\| `([^`]+)` \|", rows, re.M)
    assert len(named) > 5
    sources = [*(ROOT / "meshdefense").rglob("*.py"), *(ROOT / "firmware-config").rglob("*.py")]
    known = [text for path in sources for text in texts(path)]
    for words in named:
        assert any(words in text for text in known), words


def texts(path: Path) -> list[str]:
    """The string constants of a module."""
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [
        one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
