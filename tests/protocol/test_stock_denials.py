"""One "no" takes away only what stands beside it, and what is over is no fresh report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_denials import clause_numbers, denied_things, ended_things
from meshdefense_protocol.stock_report import Intent, parse_stock_report
from meshdefense_protocol.stock_tokens import tokens_of
from meshdefense_protocol.words import ACTIVITIES, KINDS


def seen(text: str) -> tuple[str, str]:
    """What a text is, and the kind of what it tells."""
    said = parse_stock_report(text)
    return said.intent.value, "" if said.kind is None else KINDS.get(said.kind).key


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("no vayan a la 26 hay migra", "enforcement"),
        ("no salgan hay migra en la 26", "enforcement"),
        ("NO SALGAN HAY MIGRA EN LA 26 Y KEDZIE", "enforcement"),
        ("HAY 20 AGENTES EN LA 26 Y KEDZIE", "enforcement"),
        ("no, hay migra en la 26", "enforcement"),
        ("No. Hay migra en la 26", "enforcement"),
        ("hay migra en la 26 y Kedzie no vayan", "enforcement"),
        ("no abran la puerta migra tocando en 31 y Trumbull", "enforcement"),
        ("no le abran a nadie hay agentes en 31 y Trumbull", "enforcement"),
        ("no se si es migra pero hay 3 camionetas en la 26", "enforcement"),
        ("no es emergencia pero hay 2 patrullas en 5ta y Main", "enforcement"),
        ("no es simulacro redada en 26 y Kedzie", "enforcement"),
        ("no es migra es policia en la 26", "enforcement"),
        ("no necesito ride pero hay migra en la 26", "enforcement"),
        ("incendio en la 5ta y Main sin heridos", "fire"),
        ("no se acerquen balacera 26 y Kedzie", "violence"),
        ("protesta en Daley Plaza no violencia", "crowd"),
        ("dont go to 5th/Main ICE is there", "enforcement"),
        ("ICE at 26th and Kedzie, do not open the door", "enforcement"),
        ("don't open the door ICE is knocking at 5th/Main", "enforcement"),
        ("fire at 5th/Main nobody hurt", "fire"),
        ("raid at 5th/Main not a drill", "enforcement"),
        ("shots at 5th/Main dont come", "violence"),
        ("agents with no badges at 5th/Main", "enforcement"),
        ("agents not in uniform at 26th and Kedzie", "enforcement"),
        ("ICE not leaving 26th/Kedzie", "enforcement"),
        ("ICE agents without warrant at 26th/Kedzie", "enforcement"),
        ("not sure but 3 vans at 26th and Kedzie", "enforcement"),
        ("not only ICE at 26th/Kedzie", "enforcement"),
        ("No joke 5 vans 26th & Kedzie", "enforcement"),
        ("no SOS, just 2 cars parked at 5th/Main", "enforcement"),
        ("cant get out ICE at 26th/Kedzie", "enforcement"),
        ("never seen so many agents 26th/Kedzie", "enforcement"),
        ("we are not ok, ICE at 26th/Kedzie", "enforcement"),
        ("3 white vans with no plates at 26th and Kedzie", "enforcement"),
        ("gas leak at 5th/Main no fire", "hazard"),
        ("no fire just smoke at 5th/Main", "fire"),
        ("no vans but agents at 5th/Main", "enforcement"),
        ("ICE? no, police at 26th/Kedzie", "enforcement"),
        ("No one go outside, ICE on Kedzie and 26th", "enforcement"),
    ],
)
def test_a_warning_with_a_no_in_it_is_a_report(text: str, kind: str) -> None:
    assert seen(text) == ("report", kind)


@pytest.mark.parametrize(
    "text",
    [
        "no vans", "no white vans at 5th/Main", "no vans or agents at 5th/Main", "not ok",
        "no hay migra", "no hay mas migra en la 26", "ya no hay migra en la 26 y Kedzie",
        "ya no esta la migra en la 26", "la migra no esta en la 26", "no veo migra en la 26",
        "no hay migra ni policia en la 26", "no ICE here", "no more ICE at 26th",
        "there is no ICE at 26th and Kedzie", "ICE is not here anymore", "ICE not at 26th/Kedzie",
        "ICE vans are no longer at 26th", "I dont see any vans at 5th/Main",
        "we didn't see ICE at 5th/Main", "havent seen ICE on 26th", "nobody hurt at 5th/Main",
        "nothing at 26th and Kedzie", "no hay nada en la 26", "street not blocked 5th/Main",
        "false alarm, no ICE at 26th", "cancel SOS fire at 5th/Main", "no fire", "sin agentes",
        "no necesito nada", "no ambulance needed at 5th/Main", "don't need a ride",
    ],
)  # fmt: skip
def test_what_is_denied_itself_is_no_report(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN


def test_what_lacks_is_a_need_and_what_is_denied_is_no_count_and_no_activity() -> None:
    assert parse_stock_report("no hay agua en 26 y Kedzie").need == "water"
    assert parse_stock_report("no hay luz en 26 y Kedzie").kind == KINDS.code("power-out")
    assert parse_stock_report("se fue la luz en 26 y Kedzie").kind == KINDS.code("power-out")
    assert parse_stock_report("no 3 vans but agents at 5th/Main").count is None
    assert parse_stock_report("ICE not leaving 26th/Kedzie").activity == 0


@pytest.mark.parametrize(
    "text",
    [
        "The fire is out at 5th/Main", "the fire at 5th/Main is out", "fire out at 5th/Main",
        "fire has been put out 5th/Main", "they put out the fire at 5th/Main",
        "fire is under control at 5th/Main", "raid is over at 26th and Kedzie", "raid over",
        "the protest is over", "protest over at Daley Plaza/Clark", "checkpoint gone 5th/Main",
        "power is back on at 5th/Main", "se acabo la redada en la 26", "la redada ya acabo",
        "ya paso el reten de la 26", "el reten ya termino", "quitaron el reten de Cermak y Western",
        "apagaron el incendio en 5ta y Main", "el incendio se apago", "ya regreso la luz",
        "el incendio esta controlado en 5ta y Main", "volvio el agua", "ya hay luz en la 26",
    ],
)  # fmt: skip
def test_what_is_over_is_no_fresh_report(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "migra gone from 26th and Kedzie", "ya se fue la migra", "vans gone", "agents are gone",
        "la migra ya se fue de la 26 y Kedzie", "ICE just left 26th/Kedzie",
        "se fueron las camionetas", "ya se fueron los agentes de 26 y Kedzie",
    ],
)  # fmt: skip
def test_agents_who_are_gone_are_leaving(text: str) -> None:
    said = parse_stock_report(text)
    assert (said.kind, said.activity) == (KINDS.code("enforcement"), ACTIVITIES.code("leaving"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("smoke over 5th/Main", "fire"),
        ("fire out of control at 5th/Main", "fire"),
        ("fire is out of control at 5th/Main", "fire"),
        ("fire not out at 5th/Main", "fire"),
        ("el incendio no se ha apagado 5ta y Main", "fire"),
        ("la redada no ha terminado 26 y Kedzie", "enforcement"),
        ("la migra regreso a la 26 y Kedzie", "enforcement"),
        ("raid not over 26th/Kedzie", "enforcement"),
        ("ICE no longer at 26th, now at 31st and Kedzie", "enforcement"),
        ("ICE is over at 26th and Kedzie", "enforcement"),
        ("agents are out on 26th", "enforcement"),
        ("protest out on Main/5th", "crowd"),
        ("paso la migra por la 26", "enforcement"),
        ("hubo una redada en la 26", "enforcement"),
        ("raid is over but fire at 5th/Main", "fire"),
    ],
)
def test_what_goes_on_is_not_taken_for_over(text: str, kind: str) -> None:
    assert seen(text) == ("report", kind)


WORDS = st.lists(
    st.sampled_from(
        "no not ya no hay is over out gone fire migra vans . , or ni y control under put se fue "
        "paso la el at 5th / Main agua back here longer nadie St. needed".split()
    ),
    max_size=25,
).map(" ".join)


@given(WORDS | st.text(max_size=120), st.frozensets(st.integers(0, 30), max_size=6))
def test_any_text_has_clauses_and_only_its_own_words_are_denied_or_over(
    text: str, placed: frozenset[int]
) -> None:
    tokens = tokens_of(text)
    clauses = clause_numbers(text, tokens)
    assert len(clauses) == len(tokens)
    assert clauses == sorted(clauses)
    for found in (denied_things(tokens, clauses, placed), ended_things(tokens, clauses, placed)):
        assert found <= set(range(len(tokens)))
