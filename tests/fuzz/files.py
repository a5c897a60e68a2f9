"""Targets for the files and codes that people hand to each other, and for canonical JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from nacl.public import SealedBox
from nacl.signing import VerifyKey

from fuzz.target import JSON_WORDS, Check, FindingError, Target, demand, pieces, refusing
from meshdefense import enrolment
from meshdefense.cli.packet import UsageError, read_keys
from meshdefense.enrolment import EnrolmentError
from meshdefense.request_code import PREFIX, from_code, to_code
from meshdefense.request_code import _checksum as code_checksum
from meshdefense.request_code import _encode as base45
from meshdefense.vault_store import held_vault, vault_secrets
from meshdefense_protocol.canonical import canonical_json, read_json_object
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import DecodeError, Rejection, ValueRangeError
from meshdefense_protocol.identity import PURPOSE_GRANT, PURPOSE_REQUEST, Identity
from meshdefense_protocol.items import decode_item
from meshdefense_protocol.members import check_member_name
from meshdefense_protocol.packets import Grant, Suspend
from meshdefense_protocol.roster import Role, Roster
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.subtree import path_keys
from meshdefense_protocol.vault import Master, Vault
from support.network import NOW, Network
from support.vectors import load

__all__ = ["TARGETS"]

NEWCOMER: Final = Identity(b"\7" * 32)
NUMBER: Final = 9
"""Of the newcomer."""


def _text(raw: bytes) -> str:
    """As a file is read; bytes that are no UTF-8 become what JSON may well hold."""
    return raw.decode(errors="surrogateescape")


def _request(handle: str) -> str:
    content = {"type": "meshdefense request 1", "handle": handle, "key": NEWCOMER.key.hex()}
    signature = NEWCOMER.sign(PURPOSE_REQUEST, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"


def _vault() -> Vault:
    network_id, master = Network().network_id, Master(1, b"\5" * 32)
    return Vault(
        {KeyClass.EVERYONE: b"\1" * 32, KeyClass.FIELD: b"\2" * 32},
        ((1, b"\3" * 16), (2, b"\4" * 16)),
        1,
        path_keys(master.secret, network_id, 1, NUMBER),
        master,
    )


def _decisions(network: Network) -> list[bytes]:
    grant = Grant(NUMBER, 0, int(Role.PATROL), NEWCOMER.key, "eva")
    return [network.item("ada", body).raw for body in (grant, Suspend(3, 4, 1))]


def _grant(network: Network, secrets: dict[str, bytes]) -> dict[str, Any]:
    opened = canonical_json({name: value.hex() for name, value in secrets.items()})
    box = SealedBox(VerifyKey(NEWCOMER.key).to_curve25519_public_key())
    content = {
        "type": "meshdefense grant 2",
        "charter": network.charter.encode().decode(),
        "decisions": [raw.hex() for raw in _decisions(network)],
        "number": NUMBER,
        "sealed": box.encrypt(opened).hex(),
        "issuer": 1,
    }
    signature = network.founder.sign(PURPOSE_GRANT, canonical_json(content))
    return {**content, "signature": signature.hex()}


def request_seeds() -> list[bytes]:
    """A good request, its code, and handles alone."""
    good = _request("eva")
    names = ("ana", "José", "o'neil", "x" * 16, "e\u0301", "\u202e", "a b", "")
    return [good.encode(), to_code(good).encode(), *(name.encode() for name in names)]


def make_requests() -> Check:
    """A request is read as what was signed, as a file and as its code."""

    def check(raw: bytes) -> None:
        text = _text(raw)
        read = refusing(enrolment.read_request, text, DecodeError, ValueRangeError)
        if read is not None and not text.lstrip()[: len(PREFIX)].upper() == PREFIX:
            again = enrolment.read_request(from_code(to_code(text)))
            demand(again == read, "a request says something else as a code")
        signed = _request(text[:40])
        mine = refusing(enrolment.read_request, signed, DecodeError, ValueRangeError)
        fits = _is_handle(text[:40])
        demand((mine is not None) is fits, "whether a handle may be had depends on who asks")
        if mine is not None:
            demand(from_code(to_code(signed)) == signed, "a code does not give the file back")

    return check


def _is_handle(text: str) -> bool:
    try:
        check_member_name(text)
    except ValueRangeError:
        return False
    return True


def code_seeds() -> list[bytes]:
    """Codes, and what stands in one before its checksum."""
    codes = [to_code(_request(name)) for name in ("eva", "José", "x" * 16)]
    key, signature = NEWCOMER.key, bytes(64)
    inside = [bytes((size,)) + b"evaevaevaevaevaeva"[:size] + key + signature for size in (3, 16)]
    return [*(code.encode() for code in codes), codes[0].lower().encode(), *inside]


def make_codes() -> Check:
    """Bytes as a code, and inside one whose checksum is right."""

    def check(raw: bytes) -> None:
        whole = raw + code_checksum(raw)
        for code in (_text(raw), PREFIX + base45(whole)):
            text = refusing(from_code, code, DecodeError)
            if text is not None:
                plain = "".join(code.splitlines()).replace("\t", " ").strip().upper()
                demand(to_code(text).strip() == plain, "what was read has another code")
                demand(from_code(to_code(text)) == text, "a code with a second reading")

    return check


def grant_seeds() -> list[bytes]:
    """A grant, and the secrets in it as JSON."""
    network, vault = Network(), _vault()
    secrets = vault_secrets(vault, NUMBER)
    some = {name: secrets[name] for name in list(secrets)[:2]}
    opened = [{name: value.hex() for name, value in one.items()} for one in (secrets, some)]
    return [json.dumps(_grant(network, some)).encode(), *map(canonical_json, opened)]


def make_grants() -> Check:
    """A grant, and the secrets in one that the issuer really sealed."""
    network = Network()
    box = SealedBox(VerifyKey(NEWCOMER.key).to_curve25519_public_key())

    def check(raw: bytes) -> None:
        grant = refusing(enrolment.read_grant, _text(raw), DecodeError)
        if grant is not None:
            found = _tried(network, grant.decisions)
            if found is not None:
                refusing(grant.check_issuer, found.roster, DecodeError, EnrolmentError)
        sealed = bytes(box.encrypt(raw))
        try:
            vault = enrolment.open_secrets(NEWCOMER, NUMBER, sealed)
        except DecodeError as error:
            demand(str(error).isprintable(), f"words that steer a terminal: {error!r}")
            return
        epochs = [vault.generation, *(epoch for epoch, _ in vault.seeds)]
        epochs += [] if vault.master is None else [vault.master.generation]
        demand(max(epochs) <= 0xFFFF, "an epoch that no frame can name")
        kept = held_vault(vault_secrets(vault, NUMBER), NUMBER)
        demand(kept == vault, "secrets are kept as others than were handed over")

    return check


def _tried(network: Network, raws: tuple[bytes, ...]) -> enrolment.Trial | None:
    """What would become of decisions; FindingError when one comes in that nobody signed."""

    def tried(items: tuple[bytes, ...]) -> enrolment.Trial:
        return enrolment.trial(network.charter, [], items, NOW)

    found = refusing(tried, raws, DecodeError)
    if found is not None:
        demand(set(found.accepted) <= set(raws), "a decision came in that the file does not hold")
        demand(
            all(_signed(network, found.roster, raw) for raw in found.accepted),
            "a decision came in that its author did not sign",
        )
        demand(
            len(found.accepted) + sum(found.refused.values()) == len(set(raws)),
            "a decision was neither taken nor refused",
        )
    return found


def _signed(network: Network, roster: Roster, raw: bytes) -> bool:
    item = decode_item(raw)
    author = None if isinstance(item, Rejection) else roster.get(item.id.author)
    if isinstance(item, Rejection) or author is None:
        return False
    return item.is_signed_by(author.key, network.network_id)


def roster_seeds() -> list[bytes]:
    """A roster file, and decisions and wraps one after the other."""
    network, case = Network(), load("rekey")["trees"][0]
    raws = _decisions(network)
    raws += [bytes.fromhex(one["item"]) for name in ("grant", "revoke", "policy", "endorse")
             for one in load(name)["cases"][:2]]  # fmt: skip
    text = enrolment.roster_text(network.network_id, raws, [(2, bytes.fromhex(case["content"]))])
    return [text.encode(), b"".join(bytes((0, len(raw))) + raw for raw in raws)]


def make_rosters() -> Check:
    """A roster file, and one with any bytes in the place of decisions and wraps."""
    network = Network()

    def read(text: str) -> enrolment.RosterFile | None:
        def of_ours(given: str) -> enrolment.RosterFile:
            return enrolment.read_roster_file(given, network.network_id)

        return refusing(of_ours, text, DecodeError, EnrolmentError)

    def check(raw: bytes) -> None:
        found = read(_text(raw))
        if found is not None:
            again = enrolment.roster_text(network.network_id, found.items, found.wraps)
            demand(read(again) == found, "a roster file is written as another one")
        several = list(pieces(raw))
        items = tuple(content for kind, content in several if not kind)
        wraps = tuple({kind + 1: content for kind, content in several if kind}.items())
        made = read(enrolment.roster_text(network.network_id, items, wraps))
        if made is not None:
            demand((made.items, made.wraps) == (items, wraps), "it holds other decisions")
        _tried(network, items)

    return check


def charter_seeds() -> list[bytes]:
    """Charters as they are written, and with a space too many."""
    good = [Network(size).charter.encode() for size in (3, 7)]
    return [*good, good[0].replace(b",", b", ")]


def make_charters() -> Check:
    """A charter has one form; what is none is refused."""

    def check(raw: bytes) -> None:
        forms = [raw]
        try:
            forms.append(canonical_json(json.loads(raw)))
        except (ValueError, RecursionError):
            pass  # no JSON at all
        for form in forms:
            charter = refusing(Charter.decode, form, DecodeError)
            if charter is not None:
                demand(charter.encode() == form, "a charter with a second form was read")

    return check


def json_seeds() -> list[bytes]:
    """JSON of every sort."""
    texts = (
        '{"a":1,"b":[true,null,-0.0,1e5]}', '{"a":"\\ud800\\u0000"}', '{"a":1,"a":2}', '{"a":NaN}',
        "[]", "[[[[[[[[", '{"b":{"a":"\u00e9\U0001f600"}}', "\ufeff{}",
    )  # fmt: skip
    return [text.encode() for text in texts]


def make_json() -> Check:
    """A JSON object has one canonical form, which reads as the same."""

    def check(raw: bytes) -> None:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            value = None
        fields = set(value) if isinstance(value, dict) else {"a"}
        found = refusing(lambda given: read_json_object(given, fields, "file"), raw, DecodeError)
        if found is None:
            return
        form = canonical_json(found)
        again = read_json_object(form, fields, "file")
        demand(canonical_json(again) == form, "a canonical form of a canonical form")
        demand(form.isascii() and form.decode().isprintable(), "a form that steers a terminal")

    return check


def keys_seeds() -> list[bytes]:
    """A keys file with all that it may hold."""
    network = Network(3)
    fields = {
        "charter": json.loads(network.charter.encode()),
        "decisions": [raw.hex() for raw in _decisions(network)],
        "secrets": {"everyone": "11" * 32, "field/2": "22" * 32},
    }
    return [json.dumps(fields).encode(), canonical_json({"charter": fields["charter"]})]


def make_keys() -> Check:
    """A keys file for `packet decode`."""

    def check(raw: bytes) -> None:
        keys = refusing(read_keys, raw, UsageError)
        if keys is not None and (keys.charter is None or keys.roster is None):
            raise FindingError("a keys file without a charter was read")

    return check


TARGETS: Final = (
    Target("requests", make_requests, request_seeds, 512, JSON_WORDS),
    Target("codes", make_codes, code_seeds, 256),
    Target("grants", make_grants, grant_seeds, 6000, JSON_WORDS),
    Target("rosters", make_rosters, roster_seeds, 4000, JSON_WORDS),
    Target("charters", make_charters, charter_seeds, 2000, JSON_WORDS),
    Target("json", make_json, json_seeds, 1500, JSON_WORDS),
    Target("keys", make_keys, keys_seeds, 3000, JSON_WORDS),
)
