"""The mark of a radio that is not finished: it fits, it tells the name, it is no other one's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.network_file import parse_network
from meshdefense_radio.radio_limits import LONG_NAME_BYTES
from meshdefense_radio.unfinished import NAME_BYTES, mark, marked_name

_NETWORK = """\
network: South Side
region: US
preset: LONG_FAST
channels:
  - {{name: South, key: sealed, jobs: all}}
radios:
  - {{name: {one}, short: A, job: base}}
  - {{name: {two}, short: B, job: base}}
"""


@given(st.text(alphabet="xñ🚒 ", min_size=1, max_size=24))
def test_a_mark_fits_into_a_radio_and_says_the_end_of_the_name(name: str) -> None:
    made = mark(name)
    assert len(made.encode()) <= LONG_NAME_BYTES
    becoming = marked_name(made)
    assert becoming is not None
    assert name.strip().endswith(becoming)


def test_a_name_of_13_bytes_is_whole_in_its_mark() -> None:
    assert marked_name(mark("x" * NAME_BYTES)) == "x" * NAME_BYTES
    assert marked_name("Patrol 1") is None


@pytest.mark.parametrize(
    ("one", "two", "alike"),
    [
        ("x" * 23 + "1", "x" * 23 + "2", False),
        ("1" + "x" * 12, "2" + "x" * 12, False),
        ("1" + "x" * 13, "2" + "x" * 13, True),
        ("1 " + "x" * 12, "x" * 12, True),  # the blank at the cut goes
        ("1" + "ñ" * 7, "2" + "ñ" * 7, True),
    ],
)
def test_names_are_refused_exactly_when_their_marks_are_the_same(
    one: str, two: str, alike: bool
) -> None:
    text = _NETWORK.format(one=one, two=two)
    if not alike:
        assert len({mark(radio.name) for radio in parse_network(text).radios}) == 2
        return
    with pytest.raises(ConfigError, match="13 bytes of its name"):
        parse_network(text)
