"""Numbers, plates and addresses are cut whatever stands between their parts; streets stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.personal_text import PERSONAL_FORMS, found_forms, without_numbers
from meshdefense_protocol.stock_report import StockReport, parse_stock_report
from meshdefense_protocol.words import KINDS

SEPARATORS = st.text("-._· \u2022\u2013\u2014/~*()", max_size=3)
DIGITS = st.text("0123456789", min_size=1)


def kept(text: str) -> tuple[str, frozenset[str]]:
    """Everything that is left of a text, and what was cut."""
    said = parse_stock_report(text)
    return repr([getattr(said, name) for name in StockReport.__slots__]), said.personal


@given(
    st.integers(2_000_000, 9_999_999),
    st.text("0123456789", min_size=3, max_size=3),
    st.lists(SEPARATORS, min_size=2, max_size=2),
    st.sampled_from(["R ICE {} 5th/Main", "R 3 vans 5th/Main call {}", "SOS llame {}", "{}"]),
)
def test_a_phone_number_is_cut_whatever_separates_it(
    number: int, area: str, signs: list[str], text: str
) -> None:
    digits = str(number)
    left, gone = kept(text.format(f"{area}{signs[0]}{digits[:3]}{signs[1]}{digits[3:]}"))
    assert digits[3:] not in left
    assert "phone" in gone


@given(
    st.sampled_from(["ABC", "KLM", "BCD", "XYZ", "\u0410\u0412\u0421", "ÁBC"]),
    st.integers(1000, 9999),
    st.sampled_from(["", "-", ".", "_", "·", "/", " ", "~", "--"]),
    st.sampled_from(["R van {} 5th/Main", "R 2 camionetas {} 5ta y Main", "R ICE 5th/Main {}"]),
    st.booleans(),
)
def test_a_plate_is_cut_whatever_separates_it(
    letters: str, number: int, sign: str, text: str, small: bool
) -> None:
    plate = f"{letters.lower() if small and sign != ' ' else letters}{sign}{number}"
    left, gone = kept(text.format(plate))
    assert str(number) not in left
    assert "plate" in gone


@given(
    st.integers(10, 9999),
    st.sampled_from(
        [
            "R ICE at {} Main/5th", "R {} Main/5th", "R ICE Calle Juarez {}", "migra en Hidalgo {}",
            "R ICE Main {}/5th", "R ICE Juarez {} y Main", "R fire {}-B Main/5th", "SOS Hidalgo {}",
            "R fire {}B Main St", "R ICE apt {} Main/5th", "R ICE Main/5th #{}",
            "R 3 vans at {} Elm",
            "R ICE calle Juarez num {}", "SOS en mi casa Calle Hidalgo {}", "R ICE {} W Main St",
            "necesito agua Juarez {}/Main", "R ICE Main/5th {}",
        ]
    ),
)  # fmt: skip
def test_a_house_number_is_cut_and_never_becomes_the_count(number: int, text: str) -> None:
    said = parse_stock_report(text.format(number))
    assert said.count in (None, 3)
    assert str(number) not in said.place
    assert "address" in said.personal


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("R van plate 1234 / Main", "plate"), ("R placas ABC 12 34 5th/Main", "plate"),
        ("R van plate 7ABC123/Main", "plate"), ("van abc 1234 5th/Main", "plate"),
        ("R van A B C 1 2 3 4 5th/Main", "plate"),
        ("R van 7 ABC 123 5th/Main", "plate"), ("R van AB\u200bC1234 5th/Main", "plate"),
        ("R ICE juanperez.com 5th/Main", "email"), ("R ICE foo at bar dot com", "email"),
        ("R ICE foo@bar.com 5th/Main", "email"), ("R ICE apt 4B Main/5th", "address"),
        ("R ICE 55\u200b51\u200b234567 5th/Main", "phone"), ("R ICE +52 55 1234 5678", "phone"),
        ("R ssn 123-45-6789 5th/Main", "phone"),
    ],
)  # fmt: skip
def test_other_forms_are_cut(text: str, form: str) -> None:
    left, gone = kept(text)
    assert gone == {form}
    assert not any(
        part in left for part in ("1234", "123", "ABC", "4B", "juanperez", "bar", "6789")
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("R 3 vans 5th/Main", "5th/Main"),
        ("R 3 vans Main/26th", "Main/26th"),
        ("R 3 vans 26/Main", "26/Main"),
        ("R 3 vans 103/Ewing", "103/Ewing"),
        ("R 3 vans ELM/103", "ELM/103"),
        ("R 3 vans 26th St", "26th St"),
        ("R 3 vans 26 St/Main", "26 St/Main"),
        ("R 3 camionetas Calle 5 y 10", "5/10"),
        ("R 3 camionetas Calle 127/Carrera 15", "127/15"),
        ("R 3 camionetas en calle 5", "calle 5"),
        ("R 3 vans US-41/Main", "US-41/Main"),
        ("R 3 vans Highway 41 / Main", "Highway 41/Main"),
        ("R 3 vans 2600-2700 S California", "2600-2700 S California"),
        ("R 3 vans 2600 block of S California", "2600-2699 S California"),
        ("Main/5th 3 vans", "Main/5th"),
        ("Main/5th 12 vans", "Main/5th"),
        ("12 agents at 5th/Main 10:30", "5th/Main"),
        ("R 3 vans 5th/Main 10am", "5th/Main"),
        ("R 3 vans 5th/Main 10 min ago", "5th/Main"),
        ("R 3 vans Green St", "Green St"),
        ("R 3 camionetas en la 26 y Kedzie", "26/Kedzie"),
        ("R 3 camionetas 26 y Kedzie", "26/Kedzie"),
        ("R 3 camionetas en la 26", "la 26"),
        ("R 3 camionetas Calle 60 x 47", "60/47"),
        ("R 3 vans Avenida 16 de Septiembre y 5 de Mayo", "16 de Septiembre/5 de Mayo"),
        ("R 3 vans 20 de Noviembre/Juarez", "20 de Noviembre/Juarez"),
    ],
)
def test_numbered_streets_blocks_and_times_are_no_numbers_of_people(text: str, place: str) -> None:
    said = parse_stock_report(text)
    assert (said.place, said.personal) == (place, frozenset())
    assert said.count in (3, 12)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("R ICE calle Juarez #123 y Main", "Juarez/Main"),
        ("R ICE at apt 4B Main/5th", "Main/5th"),
        ("R ICE at apt 4B Main", "Main"),
        ("R van plate ABC1234 / Main", ""),
        ("R van 5551234567 / Main", ""),
        ("R van 123-45/Main", ""),
        ("R ICE Main 1234/5th", "Main/5th"),
        ("R ICE Main/1234 5th", "Main/5th"),
    ],
)
def test_a_street_beside_what_was_cut_stays_and_a_vehicle_is_no_street(
    text: str, place: str
) -> None:
    said = parse_stock_report(text)
    assert (said.place, said.kind) == (place, KINDS.code("enforcement"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3 white vans with no plates at 26th and Kedzie", "26th/Kedzie"),
        ("3 vans no plates 26/Kedzie", "26/Kedzie"),
        ("3 vans without plates 103 and Ewing", "103/Ewing"),
        ("3 vans Texas plates 26/Kedzie", "26/Kedzie"),
        ("3 vans temp plates 26th/Kedzie", "26th/Kedzie"),
        ("3 SUVs missing plates on 26th/Kedzie", "26th/Kedzie"),
        ("HAY 3 VANS EN LA 26 Y KEDZIE", "26/KEDZIE"),
    ],
)
def test_a_street_behind_the_word_for_plates_is_none(text: str, place: str) -> None:
    said = parse_stock_report(text)
    assert (said.place, said.count, said.personal) == (place, 3, frozenset())


@pytest.mark.parametrize(
    "text", ["R van plate 1234", "placa 7ABC123", "plates AB 12", "no van, plate ABC 123",
             "plate is 4321", "tag K12 345"]
)  # fmt: skip
def test_what_is_said_to_be_a_plate_is_cut_still(text: str) -> None:
    assert "plate" in without_numbers(text)[1]


def test_small_words_before_a_number_are_no_letters_of_a_plate() -> None:
    assert parse_stock_report("HAY 20 AGENTES 5TH/MAIN").count == 20
    assert parse_stock_report("SAW 100 AGENTS 5TH/MAIN").count == 100


@pytest.mark.parametrize(
    "text", ["5th/Main", "53rd/Lake", "US-41/Main", "10am 5th/Main", "26th-Main", "FM 1960",
             "ICE 123", "2600-2700 S California", "R 20 men 5th/Main", "St. Mary/3rd"]
)  # fmt: skip
def test_streets_and_times_are_no_plates(text: str) -> None:
    assert without_numbers(text) == (text, frozenset())


def test_a_block_of_a_street_is_no_phone_number_and_one_behind_it_is() -> None:
    assert found_forms("2600-2700 S California") == []
    assert found_forms("2600-2700 555-1234-567") == ["phone"]


@given(st.text(max_size=300) | st.text("ABab12-./_ #@", max_size=300))
def test_of_any_text_something_is_left_and_it_is_told_what_went(text: str) -> None:
    left, gone = without_numbers(text)
    assert gone <= PERSONAL_FORMS.keys()
    assert gone or left == " ".join(text.split())
