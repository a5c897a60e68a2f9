"""Documents: read strictly, signed for one network, and judged by the roster that is here."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.library.builtin import PLACEHOLDERS, placeholder
from meshdefense.library.bundle import bundle_text, read_bundle
from meshdefense.library.document import (
    LANGUAGES,
    PURPOSE_DOCUMENT,
    TEXT_MAX,
    Document,
    Draft,
    read_document,
    signed,
)
from meshdefense.library.shelf import (
    DOCUMENTS_MAX,
    DocumentRefusedError,
    held,
    judged,
    name_of,
    taken,
)
from meshdefense.library.shown import shown_lines
from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from support.network import Network

NETWORK = Network()
ADA, VIC = 1, 4
RIGHTS: dict[str, Any] = {
    "id": "know-your-rights", "language": "en", "version": 1, "title": "Your rights",
    "date": "2026-05-01", "format": "markdown", "text": "# Rights\n\nStay calm.\n",
}  # fmt: skip


def document(name: str = "ada", network: Network = NETWORK, **changes: Any) -> Document:
    draft = Draft(**{**RIGHTS, **changes})
    return signed(draft, network.network_id, network.number(name), network.identities[name])


def take(one: Document | bytes, stored: dict[str, bytes] | None = None) -> Document | None:
    raw = one if isinstance(one, bytes) else one.encode()
    return taken(raw, stored or {}, NETWORK.network_id, NETWORK.roster)


def shelf(*some: Document) -> dict[str, bytes]:
    return {name_of(one.draft.id, one.draft.language): one.encode() for one in some}


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(texts, st.sampled_from(LANGUAGES), st.integers(1, 65_535))
def test_what_was_signed_is_read_back_and_its_signature_fits(
    text: str, language: str, version: int
) -> None:
    if not text.strip():
        return
    one = document(text=text, language=language, version=version)
    again = read_document(one.encode())
    assert again == one
    assert again.encode() == one.encode()
    assert again.is_signed_by(NETWORK.identities["ada"].key)
    assert take(one) == one


@given(st.data())
def test_a_changed_field_breaks_the_signature_or_the_document(data: st.DataObject) -> None:
    fields = json.loads(document().encode())
    name = data.draw(st.sampled_from(sorted(fields)))
    old = fields[name]
    new: Any = data.draw(
        st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.none(), st.just([]))
    )
    if new == old and type(new) is type(old):
        return
    raw = canonical_json({**fields, name: new})
    with pytest.raises((DecodeError, DocumentRefusedError)):
        take(raw)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_document_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        take(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"type": "meshdefense document 1"}',
        canonical_json({**json.loads(document().encode()), "more": 1}),
        document().encode().replace(b'"version":1', b'"version":1,"version":2'),
        document().encode()[:-1],
        b"[]",
        b"[" * 100_000,
    ],
    ids=["few fields", "one too many", "a field twice", "cut off", "a list", "deep"],
)
def test_a_document_is_read_strictly(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        read_document(raw)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Know Your Rights"}, "small letters"),
        ({"id": "../charter"}, "small letters"),
        ({"id": "a" * 41}, "small letters"),
        ({"id": ""}, "small letters"),
        ({"language": "fr"}, "en or es"),
        ({"version": 0}, "outside"),
        ({"title": ""}, "printable"),
        ({"title": "two\nlines"}, "printable"),
        ({"title": "x\x1b[2J"}, "printable"),
        ({"title": "ñ" * 61}, "120"),
        ({"date": "1.5.2026"}, "2026-05-01"),
        ({"date": "20260501"}, "2026-05-01"),
        ({"format": "html"}, "markdown or text"),
        ({"text": " \n"}, "without a text"),
        ({"text": "é" * (TEXT_MAX // 2 + 1)}, "the limit is 65536"),
        ({"text": "a\0b"}, "zero bytes"),
        ({"text": "\ud800"}, "no file can hold"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueRangeError, match=says):
        Draft(**{**RIGHTS, **changes})


def test_a_text_may_have_just_64_kib() -> None:
    assert take(document(text="x" * TEXT_MAX)) is not None


def test_only_an_organizer_of_this_network_signs() -> None:
    with pytest.raises(DocumentRefusedError, match="no organizer"):
        take(document("vic"))
    with pytest.raises(DocumentRefusedError, match="another network"):
        take(document(network=Network(name="Oak Street")))
    stranger = signed(Draft(**RIGHTS), NETWORK.network_id, 99, NETWORK.identities["ada"])
    with pytest.raises(DocumentRefusedError, match="not in the roster"):
        take(stranger)
    forged = signed(Draft(**RIGHTS), NETWORK.network_id, ADA, NETWORK.identities["vic"])
    with pytest.raises(DocumentRefusedError, match="does not fit"):
        take(forged)


def test_a_document_of_another_network_is_never_in_order_here() -> None:
    other = document(network=Network(name="Oak Street"))  # of people with the same keys
    assert judged(other, NETWORK.network_id, NETWORK.roster) == "damaged"


def test_a_truth_value_is_no_number() -> None:
    fields = json.loads(document().encode())
    del fields["signature"]
    message = canonical_json({**fields, "version": True})
    signature = NETWORK.identities["ada"].sign(PURPOSE_DOCUMENT, message).hex()
    with pytest.raises(DecodeError, match="version is of the wrong type"):
        take(canonical_json({**fields, "version": True, "signature": signature}))


def test_a_newer_version_replaces_an_older_one_and_never_the_other_way() -> None:
    first, second = document(), document(version=2, text="better")
    assert take(second, shelf(first)) == second
    assert take(first, shelf(first)) is None
    with pytest.raises(DocumentRefusedError, match="version 2 is here and stays"):
        take(first, shelf(second))
    with pytest.raises(DocumentRefusedError, match="two different texts of version 1"):
        take(document(text="other"), shelf(first))
    assert take(document(language="es"), shelf(second)) is not None


def test_what_has_a_warning_keeps_no_place() -> None:
    by_vic = document("vic", version=9)
    assert judged(by_vic, NETWORK.network_id, NETWORK.roster) == "not-organizer"
    assert take(document(version=1), shelf(by_vic)) is not None


def test_there_is_an_end_to_what_a_node_keeps() -> None:
    full = shelf(*(document(id=f"paper-{n}") for n in range(DOCUMENTS_MAX)))
    with pytest.raises(DocumentRefusedError, match="no room for more"):
        take(document(), full)
    assert take(document(id="paper-1", version=2), full) is not None


def test_what_a_later_version_stored_is_neither_shown_nor_replaced() -> None:
    later = {name_of("know-your-rights", "en"): b'{"type":"meshdefense document 2"}'}
    assert held(later, NETWORK.network_id, NETWORK.roster) == []
    with pytest.raises(DocumentRefusedError, match="newer version of this program"):
        take(document(), later)


# -- bundles, lines, placeholders --------------------------------------------------------------


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_a_bundle_is_read_back(documents: list[str]) -> None:
    assert read_bundle(bundle_text(documents)) == documents


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"type": "meshdefense library 1", "documents": []}',
     '{"type": "meshdefense library 1", "documents": [1]}',
     '{"type": "meshdefense roster 1", "documents": ["x"]}',
     json.dumps({"type": "meshdefense library 1", "documents": ["x"] * 65})],
)  # fmt: skip
def test_a_file_that_is_no_bundle_is_refused_in_words(text: str) -> None:
    with pytest.raises(DecodeError):
        read_bundle(text)


@given(st.text())
def test_no_text_moves_a_cursor(text: str) -> None:
    for line in shown_lines(text):
        assert line.isprintable() or line == ""


def test_a_long_line_is_cut_and_not_lost() -> None:
    words = " ".join(f"word{n}" for n in range(900))
    assert "".join(shown_lines(words)).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document_id", PLACEHOLDERS)
def test_each_placeholder_says_that_it_is_one(document_id: str, language: str) -> None:
    found = placeholder(document_id, language)
    assert found is not None
    marks = {"en": ("PLACEHOLDER", "REPLACE THIS"), "es": ("PROVISIONAL", "REEMPLACE ESTO")}
    assert marks[language][0] in found.title
    assert marks[language][1] in found.text.splitlines()[2]
    Draft(document_id, language, 1, found.title, "2026-05-01", "markdown", found.text)


def test_there_is_no_placeholder_of_another_name() -> None:
    assert placeholder("charter", "en") is None
    assert placeholder("know-your-rights", "fr") is None
