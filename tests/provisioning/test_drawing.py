"""Drawings keep to their boxes, are valid files, and are the same each time."""

from __future__ import annotations

import re
import zlib
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.provisioning.drawing.codes import qr_code
from meshdefense.provisioning.drawing.layout import Block, NoRoomError, column
from meshdefense.provisioning.drawing.metrics import fitted, lines_of, width_mm, wrapped
from meshdefense.provisioning.drawing.pdf import pdf
from meshdefense.provisioning.drawing.shapes import Box, Drawing, Line, Modules, Text, moved
from meshdefense.provisioning.drawing.svg import runs, svg

TEXTS = st.text(max_size=80)
SVG = "{http://www.w3.org/2000/svg}"
EVERYTHING = Drawing(
    100.0,
    60.0,
    "Título",
    (
        Text(5, 10, "áéíóúñ ¿Está bien?", 4.0, bold=True),
        Text(50, 20, "middle", 3.0, anchor="middle", ink=0.5),
        Box(5, 25, 30, 10, 0.15, 0.3),
        Box(40, 25, 30, 10, 0.0, 0.3, 1.6),
        Line(5, 40, 95, 40, 0.3, dash=1.0),
        qr_code("7F3A-91C2 Patrol 1", 75, 42, 16),
    ),
)


def test_widths_are_those_of_helvetica() -> None:
    # H 722, i 222, g 556 and their bold forms: 722, 278, 611
    assert width_mm("Hig", 1.0) == pytest.approx(1.5)
    assert width_mm("Hig", 1.0, bold=True) == pytest.approx(1.611)
    assert width_mm("ñÑ¿", 10.0) == pytest.approx(5.56 + 7.22 + 6.11)


@given(TEXTS, st.floats(10, 80), st.floats(1, 6), st.booleans())
def test_no_wrapped_line_is_wider_than_its_column_and_nothing_is_lost(
    text: str, width: float, size: float, bold: bool
) -> None:
    lines = wrapped(text, width, size, bold=bold)
    assert all(width_mm(line, size, bold=bold) <= width + 1e-9 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXTS, st.floats(10, 80), st.booleans())
def test_a_text_that_is_cut_fits_and_says_so(text: str, width: float, bold: bool) -> None:
    shown = fitted(text, width, 3.0, bold=bold)
    assert width_mm(shown, 3.0, bold=bold) <= width + 1e-9
    assert shown == text or shown.endswith("…")


@given(TEXTS, st.integers(1, 3))
def test_a_name_gets_the_largest_letters_that_hold_it(text: str, most: int) -> None:
    size, lines = lines_of(text, 40.0, (6.0, 4.0, 3.0), most, bold=True)
    assert len(lines) <= most
    assert all(width_mm(line, size, bold=True) <= 40.0 + 1e-9 for line in lines)


def test_a_long_name_breaks_after_a_hyphen() -> None:
    assert wrapped("repetidor-del-cerro-alto", 30.0, 4.0)[0].endswith("-")


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_a_column_fits_its_box_or_says_that_it_cannot(items: list[str]) -> None:
    blocks = [Block("Heading", items, [str(n) for n in range(len(items))])]
    try:
        shapes = column(blocks, 5.0, 5.0, 60.0, 40.0, largest=4.0, least=2.0)
    except NoRoomError:
        return
    for shape in shapes:
        assert isinstance(shape, Text)
        assert 5.0 <= shape.left
        assert shape.left + shape.width <= 65.0 + 1e-9
        assert shape.y <= 45.0


def test_an_svg_is_xml_of_its_size_with_all_texts_and_nothing_from_elsewhere() -> None:
    text = svg(EVERYTHING)
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"] == "0 0 100 60"
    assert [one.text for one in root.iter(f"{SVG}text")] == ["áéíóúñ ¿Está bien?", "middle"]
    assert not re.search(r"<script|href|url\((?!#)|@import|<image", text)


@given(TEXTS)
def test_any_text_leaves_an_svg_well_formed(text: str) -> None:
    hostile = f"</text><script>{text}&\x00\"'"
    root = ET.fromstring(svg(Drawing(50, 50, hostile, (Text(1, 5, hostile, 3.0),))))
    assert not list(root.iter(f"{SVG}script"))


def test_a_text_says_its_width_so_that_other_fonts_keep_to_it() -> None:
    root = ET.fromstring(svg(EVERYTHING))
    one = next(root.iter(f"{SVG}text"))
    expected = width_mm("áéíóúñ ¿Está bien?", 4.0, bold=True)
    assert float(one.attrib["textLength"]) == pytest.approx(expected, abs=1e-3)


def test_the_same_drawings_and_date_give_the_same_pdf() -> None:
    first, second = (pdf([EVERYTHING, EVERYTHING], "T", 1_770_000_000) for _ in range(2))
    assert first == second
    assert first != pdf([EVERYTHING, EVERYTHING], "T", 1_770_000_001)


def test_a_pdf_has_its_pages_and_its_letters_as_windows_1252() -> None:
    made = pdf([EVERYTHING] * 3, "T", 1_770_000_000)
    assert made.startswith(b"%PDF-1.7")
    assert made.count(b"/Type /Page/") == 3
    assert b"/Count 3" in made
    assert "áéíóúñ ¿Está bien?".encode("cp1252").hex().encode() in streams_of(made)


@given(TEXTS)
def test_any_text_can_be_written_to_a_pdf(text: str) -> None:
    made = pdf([Drawing(50, 50, "T", (Text(1, 5, text, 3.0),))], "T", 0.0)
    assert made.rstrip().endswith(b"%%EOF")


def test_a_code_is_the_library_s_matrix() -> None:
    import segno

    code = qr_code("https://meshtastic.org/e/#AAAA", 0, 0, 30, error="L")
    expected = segno.make_qr("https://meshtastic.org/e/#AAAA", error="L", boost_error=False)
    assert [list(map(int, row)) for row in code.rows] == [list(row) for row in expected.matrix]


def test_a_text_too_long_for_any_code_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        qr_code("x" * 4000, 0, 0, 30)


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=5, max_size=5))
def test_runs_cover_the_dark_modules_and_no_others(rows: list[list[bool]]) -> None:
    code = Modules(0, 0, 10, tuple(map(tuple, rows)))
    painted = {(y, x) for y, start, length in runs(code) for x in range(start, start + length)}
    assert painted == {(y, x) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_a_moved_shape_is_the_same_elsewhere() -> None:
    assert moved(Line(1, 2, 3, 4), 10, 20) == Line(11, 22, 13, 24)
    assert moved(Box(1, 2, 3, 4), 10, 20) == Box(11, 22, 3, 4)


def streams_of(made: bytes) -> bytes:
    """What the pages draw, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    assert found
    return b"\n".join(zlib.decompress(one) for one in found)
