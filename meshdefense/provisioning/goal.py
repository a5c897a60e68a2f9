"""What one radio shall become, and what its fleet has to know of it meanwhile.

The fleet belongs to one thread at a time; radios are prepared on several. The lock stands here.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.provisioning.bindings import refuse_hardware
from meshdefense.provisioning.fleet_errors import FleetRefusedError
from meshdefense.provisioning.holding import proof_of
from meshdefense.provisioning.manifests import Manifest, fingerprint
from meshdefense.provisioning.own_keys import key_trouble, renumbered
from meshdefense_radio.checks import problems_of
from meshdefense_radio.desired import Desired, fitted
from meshdefense_radio.fields import Fields
from meshdefense_radio.plan import Change, Plan, differences, plan
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark
from meshdefense_radio.wording import Problem, Severity, Words

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.journal import Journal

__all__ = ["FleetDesk", "Goal"]

_WHY = Words("{why}", "{why}")
_NEW_KEY = Words("{why}; it gets a new one", "{why}; recibe una nueva")


class FleetDesk:
    """A fleet that several radios are prepared for at once."""

    def __init__(self, fleet: Fleet, *, by: str = "") -> None:
        """`by` is the number or handle of whoever proves the radios; may be empty."""
        self.fleet, self.by = fleet, by
        self.lock = threading.RLock()

    def goal(self, name: str) -> Goal:
        """What the radio of this name shall become. Raises FleetError."""
        with self.lock:
            return Goal(self, self.fleet.desired_for(name))


class Goal:
    """One radio's: what it shall be, its journal, its manifest. Raises FleetError."""

    def __init__(self, desk: FleetDesk, desired: Desired) -> None:
        self._desk, self._fleet = desk, desk.fleet
        self.desired = desired
        self.name = desired.radio
        self.unnamed = replace(desired, owner={**desired.owner, "long_name": mark(self.name)})
        """All of it, with the mark in place of the final name."""
        self._journal: Journal | None = None

    @property
    def unfinished(self) -> bool:
        """Whether this computer began with this radio and did not end."""
        with self._desk.lock:
            return self._fleet.journal(self.name).unfinished

    @property
    def lost_nodes(self) -> tuple[int, ...]:
        """Node numbers that it shall not know."""
        with self._desk.lock:
            return self._fleet.lost_nodes()

    def unnamed_for(self, state: RadioState) -> Desired:
        """All that is to be written into this radio, with the mark for a name."""
        return fitted(self.unnamed, state)

    def plan(self, state: RadioState) -> Plan:
        """What would be changed, and what is in the way; a bad key of its own is not."""
        found = plan(state, self.desired)
        try:
            self._refuse_others(state)
        except FleetRefusedError as error:
            refusal = Problem(_WHY, {"why": f"{error}; {error.hint}"})
            return replace(found, problems=(refusal, *found.problems))
        told, rest = self._suspicions(state), found.problems
        trouble = self.key_trouble(state)
        if trouble is not None:
            told.append(Problem(_NEW_KEY, {"why": trouble}, None, Severity.WARNING))
            others = problems_of(replace(state, public_key=b""), self.desired)
            rest = tuple(one for one in rest if one in others)  # what is not about its key
        return replace(found, problems=(*told, *rest))

    def differences(self, state: RadioState, *, named: bool) -> tuple[Change, ...]:
        """What a radio has otherwise; `named`: its final name counts, not the mark."""
        return differences(state, self.desired if named else self.unnamed)

    def key_trouble(self, state: RadioState) -> str | None:
        """Why the radio needs another key pair; None when its own is good, or not made yet."""
        with self._desk.lock:
            return key_trouble(state.public_key, self.name, self._fleet)

    def begin(self, state: RadioState) -> None:
        """Before anything is written: this hardware is that radio, and it is unfinished."""
        with self._desk.lock:
            self._bind(state)
            self._journal = self._fleet.journal(self.name)
            self._begin(self._journal, state)

    def follow(self, state: RadioState) -> None:
        """Read anew after a restart: keep its number, which is a new one if its key is.

        Raises FleetRefusedError for a radio that is lost, by its number or its own key, and for
        one that is not this one: nothing more may go into it.
        """
        with self._desk.lock:
            self._bind(state)
            if self._journal is not None:
                self._journal.moved(state.node_number)

    def step(self, text: str) -> None:
        """Note in the journal what was done; nothing before `begin`."""
        if self._journal is not None:
            self._journal.step(text)

    def sign(self, state: RadioState) -> Manifest | None:
        """Keep what was proven: binding, manifest, end of the journal.

        None when its own key may not stay: another radio was signed with it meanwhile.
        """
        with self._desk.lock:
            if self.key_trouble(state) is not None:
                return None
            manifest = self._manifest(state)
            journal = self._journal or self._fleet.journal(self.name)
            self._fleet.bind(self.name, state.node_number, state.public_key)
            self._fleet.save_manifest(manifest)
            if journal.damaged:
                self._begin(journal, state)
            if journal.unfinished:
                journal.done()
        return manifest

    def _suspicions(self, state: RadioState) -> list[Problem]:
        """A radio of unknown hardware may be a lost one whose hardware nobody noted."""
        settings = [one.get("settings", {}) for one in state.channels]
        keys = {fingerprint(one["psk"]) for one in settings if one.get("psk")}
        with self._desk.lock:
            if self._fleet.radio_of(state.node_number, state.public_key) is not None:
                return []
            lost = self._fleet.book.suspected(keys)
        if lost is None:
            return []
        why = tr(
            "this may be the lost {radio}, whose hardware is unknown: it has a key that that one "
            "may have. Unless you know whose it is, set it back to factory settings with new "
            "firmware first", radio=lost.radio,
        )  # fmt: skip
        return [Problem(_WHY, {"why": why}, None, Severity.WARNING)]

    def _refuse_others(self, state: RadioState) -> None:
        """Raise FleetRefusedError for lost hardware, and for any that is not this radio."""
        number, key = state.node_number, state.public_key
        with self._desk.lock:
            anew = renumbered(self._fleet, self.name, state)
            refuse_hardware(self._fleet.book, self.name, number, key, anew=anew)

    def _bind(self, state: RadioState) -> None:
        self._refuse_others(state)
        # a good key is kept: after an update it tells which radio it is
        key = b"" if self.key_trouble(state) is not None else state.public_key
        anew = renumbered(self._fleet, self.name, state)
        self._fleet.bind(self.name, state.node_number, key, anew=anew)

    def _begin(self, journal: Journal, state: RadioState) -> None:
        desired, before = self.desired, proof_of(self._fleet, self.name)[0]
        channels = [one["settings"]["name"] for one in _used(desired)]
        if before is not None:  # a new number would part it from that proof
            channels += before.channel_fingerprints
        names = tuple(dict.fromkeys(channels))
        journal.begin(desired.digest, state.node_number, desired.job.value, names)

    def _manifest(self, state: RadioState) -> Manifest:
        with self._desk.lock:
            now, binding = self._fleet.now(), self._fleet.binding(self.name)
        return Manifest(
            radio=self.name,
            job=self.desired.job.value,
            node_number=state.node_number,
            public_key=state.public_key,
            firmware=state.firmware,
            hardware=state.hardware,
            config_digest=self.desired.digest,
            channel_fingerprints={
                channel["settings"]["name"]: fingerprint(channel["settings"]["psk"])
                for channel in _used(self.desired)
            },
            member=binding.member,
            proven_at=now,
            by=self._desk.by,
        )


def _used(desired: Desired) -> list[Fields]:
    return [channel for channel in desired.channels if channel["role"] != "DISABLED"]
