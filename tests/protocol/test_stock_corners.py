"""Where somebody with a stock radio says that it is: the street of a number, and no more."""

from __future__ import annotations

import pytest

from meshdefense_protocol.stock_report import parse_stock_report


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SOS me siguen 26 y Kedzie", "26/Kedzie"),
        ("SOS trapped 26 and Kedzie", "26/Kedzie"),
        ("SOS mi mama 26 y Kedzie", "26/Kedzie"),
        ("auxilio nos siguen 47 y Ashland", "47/Ashland"),
        ("balacera 26 y Kedzie", "26/Kedzie"),
        ("Asaltaron 26 y Kedzie", "26/Kedzie"),
        ("SOS Nos siguen 103 y Ewing", "103/Ewing"),
        ("SOS siguen 26/Kedzie", "26/Kedzie"),
        ("SOS siguen 26 & Kedzie", "26/Kedzie"),
        ("SOS siguen 26 con Kedzie", "26/Kedzie"),
        ("SOS ME SIGUEN 26 Y KEDZIE", "26/KEDZIE"),
        ("SOS Me Siguen 26 Y Kedzie", "26/Kedzie"),
        ("SOS migra en mi casa 26 y Kedzie", "26/Kedzie"),
        ("SOS ICE at my house 26 and Kedzie", "26/Kedzie"),
        ("SOS tocan mi puerta 26/Kedzie", "26/Kedzie"),
        ("reten en 26 esquina con Kedzie", "26/Kedzie"),
        ("26 esquina Kedzie hay migra", "26/Kedzie"),
        ("fuego en la esquina 26 y Kedzie", "26/Kedzie"),
        ("esquina de la 26 y Kedzie 2 agentes", "26/Kedzie"),
    ],
)
def test_a_number_before_and_is_a_street_whatever_is_said_before_it(text: str, place: str) -> None:
    said = parse_stock_report(text)
    assert (said.place, said.personal) == (place, frozenset())
    assert "where" not in said.missing


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SOS en la Cermak y Kedzie", "Cermak/Kedzie"),
        ("SOS siguen Cermak/Kedzie", "Cermak/Kedzie"),
        ("26/Kedzie vengan", "26/Kedzie"),
        ("SOS 26th/Kedzie rn", "26th/Kedzie"),
        ("la 26/Kedzie migra", "26/Kedzie"),
        ("3 vans W 26th St & S Kedzie Ave hurry", "W 26th St/S Kedzie Ave"),
        ("migra en Lomas de Chapultepec/Reforma vengan", "Lomas de Chapultepec/Reforma"),
        ("migra en 16 de Septiembre y Juarez vengan", "16 de Septiembre/Juarez"),
        ("two unmarked cars on 18th and Blue Island", "18th/Blue Island"),
        ("vans at highway 41 / Main", "highway 41/Main"),
        ("vans at El Paso/La Salle", "El Paso/La Salle"),
        ("dos patrullas en Kedzie y la 31", "Kedzie/31"),
        ("reten Kedzie y la Cermak", "Kedzie/Cermak"),
        ("R 3 vans 26th-Kedzie", "26th/Kedzie"),
        ("protest 300 people Federal Plaza", "Federal Plaza"),
        ("migra en la escuela Farragut 23 y Christiana", "escuela Farragut 23/Christiana"),
    ],
)
def test_a_street_of_a_corner_ends_where_its_capitals_end(text: str, place: str) -> None:
    assert parse_stock_report(text).place == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("agents on 26th at Kedzie", "26th/Kedzie"),
        ("checkpoint on Ashland at 47th", "Ashland/47th"),
        ("fire on 26 at Kedzie", "26/Kedzie"),
        ("5ta @ Main fuego", "5ta/Main"),
        ("R 3 vans @ Kedzie", "Kedzie"),
        ("agents at Walgreens", "Walgreens"),
    ],
)
def test_at_stands_between_two_streets_only_where_one_is_a_number(text: str, place: str) -> None:
    assert parse_stock_report(text).place == place


def test_behind_two_leads_the_street_that_is_one_for_sure_is_the_place() -> None:
    assert parse_stock_report("agents are out in force on 26th").place == "26th"
    assert parse_stock_report("3 vans at Walgreens on Western ave").place == "Western ave"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("R detained Juan Perez 26 y Kedzie", "perez"),
        ("SOS Maria Lopez 26/Kedzie", "lopez"),
        ("R ICE at Home Depot 26 and Kedzie", "depot"),
    ],
)
def test_who_or_what_is_named_before_a_number_is_no_street(text: str, name: str) -> None:
    said = parse_stock_report(text)
    assert said.place == "26/Kedzie"
    assert name not in repr(said).casefold()


def test_a_name_is_no_street_for_sure_by_the_number_of_a_house() -> None:
    for text in ("R arrested Pedro 26 y Kedzie", "R detained near 1234 Pedro"):
        assert parse_stock_report(text).place == ""


def test_an_article_alone_is_no_place() -> None:
    assert parse_stock_report("no plates on the van").missing == ("where",)


@pytest.mark.parametrize("number", ["12", "123", "1234"])
@pytest.mark.parametrize("text", ["R ICE Juarez {} y Main", "R ICE calle juarez {} y main"])
def test_behind_the_name_of_a_street_a_number_is_a_house_still(text: str, number: str) -> None:
    said = parse_stock_report(text.format(number))
    assert said.place.casefold() == "juarez/main"
    assert "address" in said.personal


def test_the_street_behind_a_house_number_is_the_place_of_it() -> None:
    said = parse_stock_report("gas leak 1234 S Kedzie")
    assert (said.place, set(said.personal)) == ("S Kedzie", {"address"})


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("R 10 min ago 3 vans 5th/Main", 3),
        ("hace 10 minutos 3 camionetas en la 26 y Kedzie", 3),
        ("R 2 blocks from 5th/Main", None),
        ("ICE 2 blocks from 5th/Main", None),
        ("ICE 20 min ago 26th/Kedzie", None),
        ("R 100 meters from 5th/Main 2 vans", 2),
        ("migra a 2 cuadras de 26 y Kedzie", None),
        ("5 agents 10 feet from the school on 26th", 5),
        ("R 20 people protest 5th/Main", 20),
        ("R crowd of 200 marching on Michigan and Congress", 200),
    ],
)
def test_what_tells_a_time_or_a_way_counts_no_things(text: str, count: int | None) -> None:
    assert parse_stock_report(text).count == count
