"""Which hardware is which radio: by its number, and by the number that firmware 2.8 makes."""

from __future__ import annotations

import pytest

from meshdefense.provisioning.bindings import RadioBook, number_of_key, refuse_hardware
from meshdefense.provisioning.fleet_errors import FleetRefusedError

KEY, OTHER = b"k" * 32, b"o" * 32
NUMBER = 0x11112222
BOOK = RadioBook().changed("Patrol 1", node_number=NUMBER, public_key=KEY)


def test_the_number_of_a_key_is_its_crc_32() -> None:
    assert number_of_key(b"123456789") == 0xCBF43926  # the check value of CRC-32
    assert BOOK.radio_of(number_of_key(KEY), KEY) == "Patrol 1"


@pytest.mark.parametrize(
    ("number", "key", "radio"),
    [
        (NUMBER, b"", "Patrol 1"),
        (NUMBER, OTHER, "Patrol 1"),
        (4242, KEY, None),  # a copy of the key in another board
        (number_of_key(KEY), b"", None),
        (number_of_key(OTHER), OTHER, None),
        (number_of_key(b""), b"", None),
    ],
)
def test_a_radio_is_known_by_its_number_and_by_the_number_that_its_key_makes(
    number: int, key: bytes, radio: str | None
) -> None:
    assert BOOK.radio_of(number, key) == radio


def test_a_radio_without_hardware_or_key_is_no_radio_that_has_none_either() -> None:
    assert RadioBook().changed("Patrol 1", member="17").radio_of(number_of_key(b"")) is None


def test_the_one_that_has_the_number_goes_before_the_one_whose_key_makes_it() -> None:
    book = BOOK.changed("Patrol 2", node_number=number_of_key(KEY), public_key=OTHER)
    assert book.radio_of(number_of_key(KEY), KEY) == "Patrol 2"


def test_the_number_that_its_key_makes_may_be_bound_and_nobody_elses() -> None:
    refuse_hardware(BOOK, "Patrol 1", number_of_key(KEY), KEY, anew=False)
    with pytest.raises(FleetRefusedError, match="Patrol 1 already"):
        refuse_hardware(BOOK, "Patrol 2", number_of_key(KEY), KEY, anew=False)
    for number, key in ((4242, KEY), (number_of_key(OTHER), OTHER)):
        with pytest.raises(FleetRefusedError, match="!11112222"):
            refuse_hardware(BOOK, "Patrol 1", number, key, anew=False)
