"""Which files run first: the long ones, so that no core waits for another at the end."""

from __future__ import annotations

import gettext
import os

import pytest
from hypothesis import settings

from meshdefense import language
from support.once import derive_once, parse_once

LONGEST_FIRST = (  # what runs in real time, with many processes, between what takes one core
    "demo/test_processes.py",
    "simulator/test_seeds.py",
    "operator_guide/test_operator_guide.py",
    "protocol/test_fuzz.py",
    "end_to_end/test_walkthrough.py",
    "storage/test_store_faults.py",
    "organizer_guide/test_organizer_guide.py",
    "fuzz/test_fuzz_slice.py",
    "end_to_end/test_stock_restart.py",
    "tui/test_radios_table.py",
    "end_to_end/test_crash.py",
    "end_to_end/test_stock_radios.py",
    "cli/test_locking_commands.py",
    "virtual/test_cli_settings.py",
    "virtual/test_cli_export.py",
    "provisioning/test_killed.py",
    "end_to_end/test_two_radios.py",
    "end_to_end/test_misbehaving_radio.py",
    "provisioning/test_interruptions.py",
    "tui/test_radios_table_real.py",
    "cli/test_lost.py",
    "attacks/test_malicious_member.py",
    "cli/test_requests.py",
    "cli/test_canaries.py",
)


def pytest_configure() -> None:
    """Before anything is imported that keeps what these replace or set."""
    derive_once()
    parse_once()
    # a slice, nightly tries twice as many; how long one takes depends on what else runs here
    examples = 100 if os.environ.get("MESHDEFENSE_NIGHTLY") == "1" else 50
    settings.register_profile("slice", settings(), max_examples=examples, deadline=None)
    settings.load_profile("slice")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only moves whole files: the tests of one stay in their order."""
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}

    def place(item: pytest.Item) -> int:
        return rank.get("/".join(item.path.parts[-2:]), len(rank))

    items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test hears the language that another one left behind."""
    language.use("")
    gettext.textdomain("messages")  # argparse asks for its words there; see meshdefense.cli.main
    os.environ.pop("LANGUAGE", None)
