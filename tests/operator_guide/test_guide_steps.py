"""What is read out of a guide, and what is refused because nobody could follow it."""

from __future__ import annotations

import pytest

from support.guide_steps import KEYS, Action, read_guide

GUIDE = """# A guide

Words in "double quotes" outside of steps promise nothing, nor do **Press** `x` keys there.

## 1. One chapter

1. **Press** `Esc` `g` `Ctrl+L`. It says "locked
   now", and **Gone** "ALERTS".
2. Then **Type** `a b`. **Wait** `2 min`.

   ```sh
   meshdefense status --data $D/base
   ```

   ![What it looks like](pictures/operator-guide/one-two.svg)

Between them prose.

## 2. Another

1. "seen"
"""


def test_actions_come_in_the_order_of_the_text() -> None:
    first, second, third = read_guide(GUIDE)
    assert first.name == "1. One chapter, step 1"
    assert first.actions == (
        Action("press", ("escape", "g", "ctrl+l")),
        Action("seen", ("locked now",)),
        Action("gone", ("ALERTS",)),
    )
    assert second.actions == (
        Action("type", ("a b",)),
        Action("wait", ("2 min",)),
        Action("shell", ("meshdefense status --data $D/base",)),
        Action("picture", ("one-two",)),
    )
    assert (third.chapter, third.actions) == ("2. Another", (Action("seen", ("seen",)),))


@pytest.mark.parametrize("name", [*KEYS, "a", "Z", "7", "Ctrl+X"])
def test_each_named_key_is_one_that_can_be_pressed(name: str) -> None:
    (step,) = read_guide(f"## 1. Keys\n1. **Press** `{name}`\n")
    assert step.actions[0].what == "press"
    assert len(step.actions[0].words) == 1


@pytest.mark.parametrize("name", ["Return", "Ctrl+x", "ctrl+l", "Shift+Up", "ab", "é"])
def test_a_key_that_has_no_such_name_is_refused_with_it(name: str) -> None:
    with pytest.raises(ValueError, match="no key is called"):
        read_guide(f"## 1. Keys\n1. **Press** `{name}`\n")


@pytest.mark.parametrize(
    "text",
    [
        "**Press** the key `a`",
        "**Wait** a while. **Press** `a`",
        '**Gone**: "x"',
        "**Type** x `a`",
    ],
)
def test_a_word_of_command_without_its_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="followed by nothing in its form"):
        read_guide(f'## 1. Slips\n1. "seen" {text}\n')


def test_a_step_that_does_and_promises_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\. Empty, step 1 neither does nor promises"):
        read_guide("## 1. Empty\n1. Think about it.\n")


@pytest.mark.parametrize(
    "text", ['"one "in" another"', '"no end', 'three " marks " are"', '""', '"end of a line\n   "']
)
def test_quotation_marks_that_do_not_enclose_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quotation marks that do not enclose words"):
        read_guide(f"## 1. Slips\n1. **Press** `a` {text}\n")
