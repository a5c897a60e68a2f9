"""Labels and cards: what they say, what they never say, and that it fits."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.language import LANGUAGES, speaking
from meshdefense.provisioning.cards import card as cards
from meshdefense.provisioning.cards import label as labels
from meshdefense.provisioning.cards.facts import CardFacts, check_code
from meshdefense.provisioning.cards.sheet import Paper, sheets
from meshdefense.provisioning.drawing.pdf import pdf
from meshdefense.provisioning.drawing.shapes import Drawing, Line, Modules, Text
from meshdefense.provisioning.drawing.svg import svg
from meshdefense_radio.jobs import Job

DIGEST = "7f3a91c2" + "0" * 56
URL = "https://meshtastic.org/e/#" + "Q" * 230
"""As long as three channels with keys of 32 bytes."""
NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=39)


def facts(job: Job = Job.PATROL, **changes: object) -> CardFacts:
    """A radio that was proven."""
    given: dict[str, object] = {
        "network": "Barrio Norte", "radio": "Patrulla 1", "short": "P1", "job": job,
        "proven_at": 1_770_000_000, "code": check_code(DIGEST), **changes,
    }  # fmt: skip
    return CardFacts(**given)  # type: ignore[arg-type]


def texts(drawing: Drawing) -> list[Text]:
    """All lines of text."""
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def words(drawing: Drawing) -> str:
    """All that can be read."""
    return " ".join(text.said for text in texts(drawing))


def codes(drawing: Drawing) -> list[Modules]:
    """All QR codes."""
    return [shape for shape in drawing.shapes if isinstance(shape, Modules)]


def check_inside(drawing: Drawing) -> None:
    """No text or code leaves the paper, and no text runs into a code or its quiet zone."""
    for text in texts(drawing):
        assert text.left >= 2.0
        assert text.left + text.width <= drawing.width - 2.0 + 1e-6, text.said
        assert text.size * 0.7 <= text.y <= drawing.height - 1.0, text.said
    for code in codes(drawing):
        quiet = 3.9 * code.side / len(code.rows)
        assert code.x >= quiet
        assert code.x + code.side + quiet <= drawing.width
        for text in texts(drawing):
            beside = text.left + text.width <= code.x - quiet
            above, below = text.y <= code.y - quiet, text.y - text.size >= code.y + code.side
            assert beside or above or below, text.said


def check_apart(drawing: Drawing) -> None:
    """No two lines of text lie on each other."""
    for one, other in itertools.combinations(texts(drawing), 2):
        apart_x = one.left + one.width <= other.left or other.left + other.width <= one.left
        higher, lower = sorted((one, other), key=lambda text: text.y)
        assert apart_x or lower.y - 0.72 * lower.size >= higher.y - 1e-6, (one.said, other.said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("job", Job)
@pytest.mark.parametrize("url", [None, URL])
def test_every_card_fits_in_every_language(language: str, job: Job, url: str | None) -> None:
    for name in ("P1", "Patrulla 1", "W" * 39, "repetidor del cerro alto de la escuela"):
        with speaking(language):
            drawing = cards.card(facts(job, radio=name, network="W" * 30, channel_url=url))
        check_inside(drawing)
        check_apart(drawing)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("job", Job)
def test_every_label_fits_in_every_language(language: str, job: Job) -> None:
    for name in ("P1", "Patrulla 1", "W" * 39, "repetidor-del-cerro-alto-de-la-escuela"):
        with speaking(language):
            drawing = labels.label(facts(job, radio=name, network="W" * 30))
        check_inside(drawing)
        check_apart(drawing)


@given(NAMES, NAMES, st.sampled_from(Job))
def test_any_name_fits(radio: str, network: str, job: Job) -> None:
    one = facts(job, radio=radio, network=network)
    for drawing in (labels.label(one), cards.card(one)):
        check_inside(drawing)
        ET.fromstring(svg(drawing))


def test_a_label_says_network_radio_job_date_and_code() -> None:
    with speaking("es"):
        said = words(labels.label(facts()))
    for part in ("Barrio Norte", "Patrulla 1", "patrulla", "2026-02-02", "7F3A-91C2"):
        assert part in said


def test_a_finder_learns_nothing_of_what_the_radio_is_for() -> None:
    for job, language in itertools.product(Job, LANGUAGES):
        with speaking(language):
            drawing = labels.label(facts(job))
        shown = (words(drawing) + drawing.title).lower()
        for word in ("meshdefense", "alert", "defen", "http", "meshtastic", "base at", "@"):
            assert word not in shown


def test_a_label_s_code_says_the_check_code_and_the_name() -> None:
    import segno

    (code,) = codes(labels.label(facts()))
    expected = segno.make_qr("7F3A-91C2 Patrulla 1", error="M", boost_error=False)
    assert [list(map(int, row)) for row in code.rows] == [list(row) for row in expected.matrix]


def test_a_card_has_no_code_unless_the_channel_was_asked_for() -> None:
    assert not codes(cards.card(facts()))
    (code,) = codes(cards.card(facts(channel_url=URL)))
    assert code.side / len(code.rows) >= 0.45  # mm: what a phone reads off paper


def test_what_a_channel_s_address_holds_is_nowhere_but_in_the_code() -> None:
    drawing = cards.card(facts(channel_url=URL))
    assert "QQQQ" not in words(drawing) + drawing.title
    for made in (svg(drawing).encode(), pdf([drawing], "x", 0.0)):
        assert b"QQQQ" not in made
        assert b"meshtastic.org" not in made
    assert "QQQQ" not in repr(facts(channel_url=URL))


def test_a_card_with_a_key_says_that_it_is_one() -> None:
    assert "key" in words(cards.card(facts(channel_url=URL)))
    assert "The others get new keys" in words(cards.card(facts()))


def test_a_neighbour_s_card_says_what_can_be_sent_and_a_patrol_s_does_not() -> None:
    assert "R 3 vans 5th/Main" in words(cards.card(facts(Job.NEIGHBOUR)))
    assert "vans" not in words(cards.card(facts(Job.PATROL)))


def test_what_a_card_tells_neighbours_to_send_is_understood() -> None:
    from meshdefense_protocol.stock_report import Intent, parse_stock_report

    for text, intent in (
        ("R 3 vans 5th/Main", Intent.REPORT), ("NEED water Main/3rd", Intent.NEED),
        ("R 3 camionetas 5ta/Main", Intent.REPORT), ("NECESITO agua Main/3ra", Intent.NEED),
        ("SOS", Intent.SOS), ("OK", Intent.OK), ("?", Intent.HELP),
    ):  # fmt: skip
        assert parse_stock_report(text).intent is intent, text


@pytest.mark.parametrize("digest", ["", "7f3a", "zz3a91c2"])
def test_no_code_is_made_of_what_is_no_digest(digest: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        check_code(digest)


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("count", [1, 2, 4, 5, 30, 31])
def test_sheets_hold_every_piece_once_within_the_paper(paper: Paper, count: int) -> None:
    for draw in (labels.label, cards.card):
        pieces = [draw(facts(radio=f"R{number}")) for number in range(count)]
        pages = sheets(pieces, paper, "x")
        found = [text.said for page in pages for text in texts(page)]
        for number in range(count):
            assert found.count(f"R{number}") == 1
        for page in pages:
            assert (page.width, page.height) == paper.value
            for shape in page.shapes:
                if isinstance(shape, Line):
                    assert 0 <= min(shape.x1, shape.x2)
                    assert max(shape.x1, shape.x2) <= page.width
                    assert 0 <= min(shape.y1, shape.y2)
                    assert max(shape.y1, shape.y2) <= page.height


def test_cut_marks_stand_at_every_edge_and_touch_nothing() -> None:
    (page,) = sheets([labels.label(facts()) for _ in range(2)], Paper.A4, "x")
    marks = [shape for shape in page.shapes if isinstance(shape, Line)]
    xs = sorted({mark.x1 for mark in marks if mark.x1 == mark.x2})
    ys = sorted({mark.y1 for mark in marks if mark.y1 == mark.y2})
    assert [b - a for a, b in itertools.pairwise(xs)] == pytest.approx([labels.WIDTH] * 2)
    assert [b - a for a, b in itertools.pairwise(ys)] == pytest.approx([labels.HEIGHT])


def test_nothing_to_print_makes_no_page() -> None:
    assert sheets([], Paper.A4, "x") == []


def test_a_drawing_larger_than_the_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        sheets([Drawing(300, 50, "x")], Paper.A4, "x")
