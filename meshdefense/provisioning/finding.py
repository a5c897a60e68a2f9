"""What a radio that was read is to its fleet: new, right, drifted, unfinished, or refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from meshdefense import language
from meshdefense.catalogue import N_, tr
from meshdefense.provisioning.fleet_errors import FleetError
from meshdefense.provisioning.holding import proof_of
from meshdefense.provisioning.own_keys import key_trouble, renumbered
from meshdefense_radio.checks import problems_of
from meshdefense_radio.plan import Change, differences
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark, marked_name
from meshdefense_radio.wording import Severity

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.manifests import Manifest
    from meshdefense_radio.desired import Desired

__all__ = ["Facts", "Finding", "Standing", "examine", "name_of"]


class Standing(Enum):
    """How a radio stands, in the words of the table."""

    NEW = "new"
    """No radio of this network yet."""
    RIGHT = "right"
    """Everything decided is as it shall be, and was proven."""
    DRIFTED = "drifted"
    """It was proven, and something is otherwise now."""
    UNFINISHED = "unfinished"
    """Somebody began with it and did not end."""
    REFUSED = "refused"
    """It must not be used as it is; the words say why."""
    SILENT = "silent"
    """It could not be read."""

    @property
    def words(self) -> str:
        """For people."""
        return tr(_WORDS[self])


_WORDS = {
    Standing.NEW: N_("new"),
    Standing.RIGHT: N_("right"),
    Standing.DRIFTED: N_("drifted"),
    Standing.UNFINISHED: N_("UNFINISHED"),
    Standing.REFUSED: N_("refused"),
    Standing.SILENT: N_("no answer"),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a radio says of itself that is no secret."""

    node_number: int
    long_name: str
    firmware: str
    hardware: str
    region: str
    preset: str

    @classmethod
    def of(cls, state: RadioState) -> Facts:
        """The facts among the settings."""
        lora = state.config["lora"]
        return cls(
            state.node_number,
            str(state.owner.get("long_name", "")),
            state.firmware,
            state.hardware,
            str(lora["region"]),
            str(lora["modem_preset"]) if lora["use_preset"] else "CUSTOM",
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One radio as it was found."""

    address: str
    standing: Standing
    words: str = ""
    """Why; empty where the standing says it."""
    facts: Facts | None = None
    radio: str | None = None
    """Its name in the network, where it is known."""
    job: str | None = None
    differing: tuple[Change, ...] = ()
    manifest: Manifest | None = None
    elsewhere: bool = False
    """It has keys or a name of this network, and nothing here knows its hardware."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        facts = self.facts
        return {
            "address": self.address,
            "state": self.standing.value,
            "words": self.words,
            "elsewhere": self.elsewhere,
            "radio": self.radio,
            "job": self.job,
            "node": None if facts is None else f"!{facts.node_number:08x}",
            "name": None if facts is None else facts.long_name,
            "firmware": None if facts is None else facts.firmware,
            "hardware": None if facts is None else facts.hardware,
            "region": None if facts is None else facts.region,
            "preset": None if facts is None else facts.preset,
            "differs": [change.path for change in self.differing],
            "proven_at": None if self.manifest is None else self.manifest.proven_at,
        }


def name_of(state: RadioState, fleet: Fleet) -> str | None:
    """Which radio of the network it is: by its number, by its key, or by the mark in its name."""
    known = fleet.radio_of(state.node_number, state.public_key)
    if known is not None and fleet.network.radio(known) is not None:
        return known
    long_name = state.owner.get("long_name")
    if marked_name(str(long_name)) is None:
        return None
    names = [one.name for one in fleet.network.radios if mark(one.name) == long_name]
    return names[0] if len(names) == 1 else None


def examine(state: RadioState, fleet: Fleet | None, address: str) -> Finding:
    """How a radio stands; without a fleet only what it says itself. Raises FleetError."""
    facts = Facts.of(state)
    becoming = marked_name(facts.long_name)
    unfinished = Finding(address, Standing.UNFINISHED, tr("apply again to go on"), facts, becoming)
    if fleet is None:
        return unfinished if becoming is not None else Finding(address, Standing.NEW, "", facts)
    lost = fleet.lost_radio(state.node_number, state.public_key)
    if lost is not None:
        words = tr("this is the lost {radio}: it was in unknown hands", radio=lost.radio)
        return Finding(address, Standing.REFUSED, words, facts, lost.radio)
    name = name_of(state, fleet)
    if name is None:
        return unfinished if becoming is not None else _stranger(state, fleet, facts, address)
    holder = fleet.binding(name).node_number
    known = fleet.radio_of(state.node_number, state.public_key) == name
    if holder is not None and not known and not renumbered(fleet, name, state):
        words = tr(
            "begun as {radio}, which is another radio now, with the number {number}; apply --as "
            "NAME makes this one another", radio=name, number=f"!{holder:08x}",
        )  # fmt: skip
        return Finding(address, Standing.UNFINISHED, words, facts)
    return _member(state, fleet, facts, address, name)


def _stranger(state: RadioState, fleet: Fleet, facts: Facts, address: str) -> Finding:
    """A radio that is none of ours yet: whether it could become one."""
    elsewhere = _prepared_elsewhere(state, fleet, facts)
    desired = _any_desired(fleet)
    stops = [] if desired is None else _stops(state, desired)
    standing = Standing.REFUSED if stops else Standing.NEW
    words = "; ".join(filter(None, (*stops, elsewhere)))
    return Finding(address, standing, words, facts, elsewhere=bool(elsewhere))


def _any_desired(fleet: Fleet) -> Desired | None:
    """What some radio shall be; None where all lack a key that was not drawn yet."""
    for radio in fleet.network.radios:
        try:
            return fleet.desired_for(radio.name)
        except FleetError:
            continue
    return None


def _prepared_elsewhere(state: RadioState, fleet: Fleet, facts: Facts) -> str:
    """What it has of this network though nothing here knows it; empty for any other radio."""
    ours = {(name, one.key) for name, one in fleet.ring.channels.items()}
    ours |= {(one.channel, one.key) for one in fleet.ring.old}
    held = [(str(one["settings"]["name"]), one["settings"]["psk"]) for one in state.channels]
    channels = ", ".join(name for name, key in held if (name, key) in ours)
    named = fleet.network.radio(facts.long_name) is not None
    if not channels and not named:
        return ""
    if not channels:
        return tr("it calls itself {name}, as a radio of this network, and nothing here knows it",
                  name=facts.long_name)  # fmt: skip
    return tr(
        "it calls itself {name} and has the keys of {channels}, and nothing here knows it: another "
        "copy of this fleet wrote it, or it was forgotten here",
        name=facts.long_name, channels=channels,
    )  # fmt: skip


def _stops(state: RadioState, desired: Desired) -> list[str]:
    """What has to be put right before it is used; a bad key of its own is not: it gets another."""
    problems = problems_of(replace(state, public_key=b""), desired)
    return [one.text(language.current()) for one in problems if one.severity is Severity.STOP]


def _member(state: RadioState, fleet: Fleet, facts: Facts, address: str, name: str) -> Finding:
    radio, (manifest, readable) = fleet.radio(name), proof_of(fleet, name)

    def found(standing: Standing, words: str, differing: tuple[Change, ...] = ()) -> Finding:
        job = radio.job.value
        return Finding(address, standing, words, facts, name, job, differing, manifest)

    try:
        desired = fleet.desired_for(name)
    except FleetError as error:
        words = "; ".join(filter(None, (str(error), error.hint)))
        if not error.hint:
            return found(Standing.REFUSED, words)
        if marked_name(facts.long_name) is not None or fleet.journal(name).unfinished:
            return found(Standing.UNFINISHED, words)
        return found(Standing.NEW if manifest is None else Standing.DRIFTED, words)
    stops = _stops(state, desired)
    if stops:
        return found(Standing.REFUSED, "; ".join(stops))
    if marked_name(facts.long_name) is not None or fleet.journal(name).unfinished:
        return found(Standing.UNFINISHED, tr("apply again to go on"))
    if not readable:
        return found(Standing.DRIFTED, tr("its proof here is damaged; apply it again"))
    if manifest is None:
        return found(Standing.NEW, tr("never proven"))
    differing = differences(state, desired)
    trouble = key_trouble(state.public_key, name, fleet)
    troubles = [] if trouble is None else [trouble]
    if state.public_key != manifest.public_key:
        troubles.append(tr("its own key is another one than when it was proven"))
    if manifest.config_digest != desired.digest:
        troubles.append(tr("the network was changed since it was proven"))
    if state.node_number != manifest.node_number:
        troubles.append(
            tr("its number was {then} and is {now}, as its firmware makes it of its key; apply "
               "again to take the new one", then=f"!{manifest.node_number:08x}",
               now=f"!{state.node_number:08x}")
        )  # fmt: skip
    standing = Standing.DRIFTED if differing or troubles else Standing.RIGHT
    if state.firmware != manifest.firmware:
        troubles.append(
            tr("it was proven with firmware {then} and has {now} now",
               then=manifest.firmware, now=state.firmware)
        )  # fmt: skip
    return found(standing, "; ".join(troubles), differing)
