"""Grants and joining: what is checked, what is sealed, and what a crash leaves."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from meshdefense import enrolment
from meshdefense.clock import Clock
from meshdefense.enrolment import EnrolmentError, NotAMemberError, Plan
from meshdefense.node import offline
from meshdefense.node.enrolling import ENROLLING
from meshdefense.node.offline import first_join, perform
from meshdefense.paths import DataFolder
from meshdefense.request_code import to_code
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store
from meshdefense.vault_store import secrets_of, vault_secrets
from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import DecodeError, ForbiddenError, ProtocolError, ValueRangeError
from meshdefense_protocol.identity import PURPOSE_GRANT, SEED_SIZE, Identity
from meshdefense_protocol.items import ItemId, encode_item
from meshdefense_protocol.packets import Grant
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.roster import Role, classes_for
from meshdefense_protocol.sealing import KeyClass

NOW = 1_790_000_000.0
CLOCK = Clock(lambda: NOW, lambda: 0.0)
PLAN = Plan("Elm", 40.0, -111.0, 1, int(NOW) // 86_400 * 86_400, "base")


class Scene:
    """base rules alone; newcomers as they are asked for."""

    def __init__(self, folder: Path, plan: Plan = PLAN) -> None:
        self.folder = folder
        self.stores: dict[str, Store] = {}
        self.now = NOW
        self.founded = enrolment.create_network(self.store("base"), plan, os.urandom)

    def store(self, handle: str) -> Store:
        if handle not in self.stores:
            folder = DataFolder(self.folder / handle)
            self.stores[handle] = Store.create(folder, b"for tests only", profile=INTERACTIVE)
        return self.stores[handle]

    def asked(self, handle: str) -> str:
        return enrolment.request(self.store(handle), handle, os.urandom)

    def do(self, who: str, method: str, **params: Any) -> dict[str, Any]:
        self.now += 10  # decisions of the same four seconds have no order of their own
        clock = Clock(lambda: self.now, lambda: 0.0)
        return perform(self.store(who), ENROLLING[method], params, clock=clock)

    def grant(self, newcomer: str, *roles: str, by: str = "base", **more: Any) -> dict[str, Any]:
        names = list(roles or ("patrol",))
        return self.do(by, "grant", request=self.asked(newcomer), roles=names, **more)

    def let_in(self, handle: str, *roles: str) -> str:
        text = str(self.grant(handle, *roles)["grant"])
        first_join(self.store(handle), text, clock=CLOCK)
        return text

    def close(self) -> None:
        for store in self.stores.values():
            store.close()


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    made = Scene(tmp_path)
    yield made
    made.close()


def resigned(text: str, signer: Identity, **changed: Any) -> str:
    """A grant with other fields, signed by somebody."""
    content = {**json.loads(text), **changed}
    del content["signature"]
    signature = signer.sign(PURPOSE_GRANT, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()})


def identity(store: Store) -> Identity:
    seed = store.secret("identity")
    assert seed is not None
    return Identity(seed)


# -- founding --------------------------------------------------------------------------------


@pytest.mark.parametrize(("founders", "k"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)])
def test_the_usual_threshold_is_the_majority(founders: int, k: int) -> None:
    assert enrolment.usual_threshold(founders) == k


def test_founders_come_by_their_requests_and_hold_everything(tmp_path: Path) -> None:
    folder = tmp_path / "asking"
    others = {}
    for handle in ("ash", "birch"):
        data = DataFolder(folder / handle)
        others[handle] = Store.create(data, b"for tests only", profile=INTERACTIVE)
    texts = [enrolment.request(store, handle, os.urandom) for handle, store in others.items()]
    plan = replace(PLAN, requests=(texts[0], to_code(texts[1])), policies={"verdicts-high": 2})
    scene = Scene(tmp_path, plan)
    charter = scene.founded.charter
    assert [one.number for one in charter.founders] == [1, 2, 3]
    assert charter.policies.threshold == 2
    assert charter.policies.verdicts_high == 2
    vaults = [enrolment.load_membership(scene.store("base")).vault]
    for handle, store in others.items():
        me = first_join(store, scene.founded.grants[handle], clock=CLOCK)
        assert me.roster[me.number].name == handle
        vaults.append(me.vault)
        store.close()
    assert len({vault.master for vault in vaults}) == 1
    assert all(set(vault.statics) == set(KeyClass) for vault in vaults)
    assert len({tuple(vault.path.items()) for vault in vaults}) == 3
    scene.close()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"threshold": 2}, "2 organizers cannot agree where there are 1"),
        ({"threshold": 0}, "0 organizers"),
        ({"policies": {"verdicts-higher": 2}}, "is not a policy"),
        ({"policies": {"verdicts-high": 10}}, "outside 1 to 9"),
        ({"policies": {"threshold": 1}}, "--threshold"),
        ({"requests": ("{}",)}, "the request lacks"),
        ({"name": "\ud800"}, "name has"),
    ],
)
def test_a_network_that_cannot_be_is_not_founded(
    changed: dict[str, Any], why: str, tmp_path: Path
) -> None:
    store = Store.create(DataFolder(tmp_path / "x"), b"for tests only", profile=INTERACTIVE)
    with store, pytest.raises(ProtocolError, match=why):
        enrolment.create_network(store, replace(PLAN, **changed), os.urandom)
    with Store.open(DataFolder(tmp_path / "x"), b"for tests only") as store:
        assert store.document("charter") is None
        assert secrets_of(store) == {}


def test_two_founders_cannot_have_one_handle_or_one_key(tmp_path: Path) -> None:
    one = Store.create(DataFolder(tmp_path / "one"), b"for tests only", profile=INTERACTIVE)
    base = enrolment.request(one, "BASE", os.urandom)
    ash, oak = (enrolment.request(one, handle, os.urandom) for handle in ("ash", "oak"))
    store = Store.create(DataFolder(tmp_path / "x"), b"for tests only", profile=INTERACTIVE)
    with one, store:
        with pytest.raises(ValueRangeError, match="same handle"):
            enrolment.create_network(store, replace(PLAN, requests=(base,)), os.urandom)
        with pytest.raises(ValueRangeError, match="same key"):
            enrolment.create_network(store, replace(PLAN, requests=(ash, oak)), os.urandom)


# -- what a newcomer gets --------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_a_newcomer_gets_the_keys_of_their_roles_and_no_more(role: Role, scene: Scene) -> None:
    assert role.name is not None
    scene.let_in("elm", role.name.lower())
    me = enrolment.load_membership(scene.store("elm"))
    base = enrolment.load_membership(scene.store("base"))
    assert set(me.vault.statics) == classes_for(role)
    assert set(me.keys.classes) == classes_for(role)
    assert (me.vault.master is not None) is (role is Role.ORGANIZER)
    assert me.vault.path != base.vault.path
    assert me.keys.seal(KeyClass.EVERYONE, 0x11, b"x") == base.keys.seal(
        KeyClass.EVERYONE, 0x11, b"x"
    )


def test_a_grant_shows_no_secret_of_the_network(scene: Scene) -> None:
    text = str(scene.grant("elm", "organizer")["grant"])
    for name, value in secrets_of(scene.store("base")).items():
        assert value.hex() not in text, name


def test_a_request_may_come_as_its_code(scene: Scene) -> None:
    code = to_code(scene.asked("elm"))
    by_code = scene.do("base", "grant", request=code, roles=["patrol"])
    by_file = scene.grant("elm")
    assert by_code["number"] == by_file["number"] == 2
    assert by_file["decision"] is None  # the same person: nothing more to decide


def test_a_number_a_handle_and_a_key_are_given_once(scene: Scene) -> None:
    scene.let_in("elm")
    with pytest.raises(ValueRangeError, match="handle ELM is taken"):
        scene.grant("fir", handle="ELM")
    with pytest.raises(ValueRangeError, match="given out already"):
        scene.grant("fir", number=2)
    with pytest.raises(EnrolmentError, match=r"member 2 .elm. already"):
        scene.grant("elm", "verifier")
    with pytest.raises(ValueRangeError, match="not both"):
        scene.grant("fir", number=9, team=1)
    for team in (-1, 1024):
        with pytest.raises(ValueRangeError, match="outside 0 to 1023"):
            scene.grant("fir", team=team)
    for number in (0, 65_536):
        with pytest.raises(ValueRangeError, match="outside 1 to 65535"):
            scene.grant("fir", number=number)
    assert scene.grant("fir", team=0)["number"] == 3


def test_the_same_wish_twice_is_decided_once(scene: Scene) -> None:
    scene.let_in("elm")
    before = len(scene.do("base", "history")["decisions"])
    assert scene.do("base", "roles", member="elm", roles=["patrol"])["decision"] is None
    assert len(scene.do("base", "history")["decisions"]) == before
    assert scene.do("base", "roles", member="elm", expires=10)["decision"]["counts"]
    assert len(scene.do("base", "history")["decisions"]) == before + 1


# -- joining ---------------------------------------------------------------------------------


def test_a_grant_is_for_one_person(scene: Scene) -> None:
    text = str(scene.grant("elm")["grant"])
    scene.asked("fir")
    with pytest.raises(EnrolmentError, match="ask for your own"):
        first_join(scene.store("fir"), text, clock=CLOCK)
    assert scene.store("fir").document("charter") is None
    with pytest.raises(NotAMemberError):
        enrolment.load_membership(scene.store("fir"))


def test_a_grant_of_somebody_who_is_no_organizer_is_refused(scene: Scene) -> None:
    scene.let_in("elm", "dispatch")
    text = str(scene.grant("fir")["grant"])
    elm = identity(scene.store("elm"))
    with pytest.raises(EnrolmentError, match="who is no organizer"):
        first_join(scene.store("fir"), resigned(text, elm, issuer=2), clock=CLOCK)
    with pytest.raises(DecodeError, match="signature does not fit"):
        first_join(scene.store("fir"), resigned(text, elm), clock=CLOCK)
    with pytest.raises(DecodeError, match="signature does not fit"):
        first_join(scene.store("fir"), resigned(text, elm, issuer=77), clock=CLOCK)
    with pytest.raises(ForbiddenError, match="takes an organizer"):
        scene.grant("oak", by="elm")
    assert scene.store("fir").document("charter") is None


def test_a_grant_of_a_revoked_organizer_is_refused(scene: Scene) -> None:
    scene.let_in("elm", "organizer")
    text = str(scene.grant("fir", by="elm")["grant"])
    scene.do("base", "join", grant=text)
    scene.do("base", "revoke", member="elm", reason="captured")
    decisions = [
        item.raw.hex() for item in enrolment.stored_decisions(scene.store("base"), unit_m=1)
    ]
    newer = resigned(text, identity(scene.store("elm")), decisions=decisions)
    with pytest.raises(EnrolmentError, match="who is no organizer"):
        first_join(scene.store("fir"), newer, clock=CLOCK)


@pytest.mark.parametrize("lacking", ["static", "seed", "tree"])
def test_a_grant_that_lacks_keys_is_refused(
    lacking: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "meshdefense.enrolment.grants.vault_secrets",
        lambda vault, number: {
            name: value
            for name, value in vault_secrets(vault, number).items()
            if lacking not in name
        },
    )
    text = str(scene.grant("elm")["grant"])
    with pytest.raises(DecodeError, match="lacks keys"):
        first_join(scene.store("elm"), text, clock=CLOCK)


def test_a_foreign_network_is_refused_and_changes_nothing(scene: Scene, tmp_path: Path) -> None:
    other = Scene(tmp_path / "other", replace(PLAN, name="Other"))
    scene.let_in("elm")
    foreign = other.do("base", "grant", request=scene.asked("elm"), roles=["patrol"])["grant"]
    before = secrets_of(scene.store("elm")), scene.store("elm").documents("")
    for take in (
        lambda: scene.do("elm", "join", grant=foreign),
        lambda: first_join(scene.store("elm"), foreign, clock=CLOCK),
        lambda: scene.do("elm", "roster_import", file=other.do("base", "roster_export")["file"]),
    ):
        with pytest.raises(EnrolmentError, match="another network"):
            take()
    assert (secrets_of(scene.store("elm")), scene.store("elm").documents("")) == before
    other.close()


def test_an_equal_charter_with_another_founder_is_another_network(scene: Scene) -> None:
    """The id is a hash over all of it: no letter of it can be another one."""
    fields = json.loads(scene.founded.charter.encode())
    fields["founders"][0]["key"] = Identity(b"\7" * SEED_SIZE).key.hex()
    forged = Charter.decode(canonical_json(fields))
    assert forged.network_id != scene.founded.charter.network_id
    text = str(scene.grant("elm")["grant"])
    eve = Identity(b"\7" * SEED_SIZE)
    with pytest.raises(DecodeError, match="not signed"):
        first_join(
            scene.store("elm"),
            resigned(text, eve, charter=forged.encode().decode()),
            clock=CLOCK,
        )


def test_a_crash_while_joining_is_healed_by_the_same_grant(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = str(scene.grant("elm")["grant"])

    def fails(*_: object) -> None:
        raise StoreUnavailableError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(offline, "admit_all", fails)
        with pytest.raises(StoreUnavailableError):
            first_join(scene.store("elm"), text, clock=CLOCK)
    assert scene.store("elm").document("charter") is not None
    with pytest.raises(NotAMemberError, match="once more"):
        enrolment.load_membership(scene.store("elm"))
    assert first_join(scene.store("elm"), text, clock=CLOCK).number == 2


def test_hundreds_of_decisions_of_one_organizer_come_in_at_once(scene: Scene) -> None:
    """More than one organizer may put on the air in a day: by hand they cost no airtime."""
    base = identity(scene.store("base"))
    charter = scene.founded.charter
    raws = []
    for number in range(3, 303):
        key = Identity(number.to_bytes(2, "big") * 16).key
        item = encode_item(
            Grant(number, 0, int(Role.PATROL), key, f"m{number}"),
            item_id=ItemId(1, 32, number, Stream.ROSTER),
            units=0,
            identity=base,
            network_id=charter.network_id,
        )
        raws.append(item.raw)
    file = enrolment.roster_text(charter.network_id, raws)
    scene.let_in("elm")
    taken = scene.do("elm", "roster_import", file=file)
    assert (taken["new"], taken["refused"], taken["members"]) == (300, {}, 302)


def test_a_number_whose_key_changes_is_refused_and_shown(scene: Scene) -> None:
    scene.let_in("elm")
    charter = scene.founded.charter
    thief = Identity(b"\7" * SEED_SIZE).key
    elm = identity(scene.store("elm")).key
    raws = [
        encode_item(
            body,
            item_id=ItemId(1, 32, place, Stream.ROSTER),
            units=(1 << 24) - 1,
            identity=identity(scene.store("base")),
            network_id=charter.network_id,
        ).raw
        for place, body in enumerate(
            [
                Grant(2, 1, int(Role.PATROL), thief, "elm"),
                Grant(3, 0, int(Role.PATROL), elm, "elm2"),
                Grant(4, 0, int(Role.PATROL), thief, "ELM"),
            ],
            start=100,
        )
    ]
    scene.do("elm", "roster_import", file=enrolment.roster_text(charter.network_id, raws))
    shown = scene.do("elm", "roster")
    assert {one["why"] for one in shown["refused"]} == {
        "member 2 has another key already",
        "that key is already the one of member 2",
        "the handle ELM is taken by member 2",
    }
    assert [one["key"] for one in shown["members"]][1:] == [elm.hex()]


def test_a_file_takes_decisions_in_any_order(scene: Scene) -> None:
    scene.let_in("elm", "organizer")
    scene.do("elm", "warn", reason="drill")
    scene.do("elm", "policy", name="verdicts-low", value=2)
    file = json.loads(scene.do("elm", "roster_export")["file"])
    backwards = json.dumps({**file, "items": file["items"][::-1]})
    scene.do("base", "roster_import", file=backwards)
    digests = {scene.do(one, "roster")["digest"] for one in ("base", "elm")}
    assert len(digests) == 1
    again = scene.do("base", "roster_import", file=backwards)
    assert (again["new"], again["known"]) == (0, 3)


@pytest.mark.parametrize(
    "wraps",
    [None, [], {"2": 5}, {"2": "zz"}, {"two": "00"}, {"1": "00"}, {"02": "00"}, {"2": ""},
     {"70000": "00"}, {str(n): "00" for n in range(2, 9)}, {"2": "00" * 20_000}],
)  # fmt: skip
def test_wraps_in_a_file_are_of_an_epoch_and_of_a_size_that_can_be(
    wraps: Any, scene: Scene
) -> None:
    file = json.loads(scene.do("base", "roster_export")["file"])
    with pytest.raises(DecodeError, match="roster file is damaged"):
        scene.do("base", "roster_import", file=json.dumps({**file, "wraps": wraps}))


def test_wraps_that_no_decision_names_are_not_kept(scene: Scene) -> None:
    file = json.loads(scene.do("base", "roster_export")["file"])
    scene.do("base", "roster_import", file=json.dumps({**file, "wraps": {"2": "00" * 300}}))
    assert scene.store("base").documents("wraps/") == {}
