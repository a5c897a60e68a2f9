"""Turn a radio into what it shall be, and prove it: one machine of steps, in the table below.

Where the cable is pulled, the power cut or this program killed does not matter: until everything
was read back right the radio's own long name says that it is unfinished, on every computer that
reads it, and the journal says so here. Applying again reads the radio anew and goes on.

How that holds, by what the firmware does (AdminModule.cpp):

- MARK: outside an edit `set_owner` is in flash before it is answered, and a restart becomes due
  in 7 s, which `reboot_seconds: -1` calls off. Orders get lost on cables, so nothing else is
  written before the radio, asked for its owner, calls itself unfinished. A commit without changes
  goes between: it closes an edit that some earlier client left open, in which nothing is kept.
- BEGIN to COMMIT: nothing is in flash; a power cut gives back the old settings, marked. When the
  cable goes but the power stays, the half that was written is in memory, marked; when something
  later keeps it, the mark is kept as well.
- COMMIT: keeps several files one after the other. A power cut between them leaves a mixture,
  marked: this is why the mark is not simply the first write of the edit.
- RESTART: everything that is in flash by now is read back after it, so what is compared is what
  survives.
- NAME: `set_owner` touches the names only, and everything else was proven before.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Final

from meshdefense import clock
from meshdefense.catalogue import tr, trn
from meshdefense.provisioning import writing
from meshdefense.provisioning.at_hand import REBOOT_S, TIMES, AtHand
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import (
    DeviceError,
    DeviceLostError,
    DeviceRefusedError,
)
from meshdefense.provisioning.endings import EndedError, Left, refuse
from meshdefense.provisioning.fleet_errors import FleetError, FleetRefusedError
from meshdefense.provisioning.goal import Goal
from meshdefense.provisioning.manifests import Manifest
from meshdefense.provisioning.orders import Order, orders_for
from meshdefense.provisioning.outcome import End, Options, Outcome
from meshdefense.provisioning.progress import Progress, Step, Tell
from meshdefense.provisioning.returning import StoppedError
from meshdefense.radio.addresses import Address, BleAddress
from meshdefense.sentences import translated
from meshdefense_radio.plan import Change
from meshdefense_radio.radio_state import RadioState

__all__ = ["Applying"]


class Applying:
    """The work on one radio; `run` once, on a thread of its own where there are several."""

    def __init__(
        self,
        goal: Goal,
        address: Address,
        *,
        tell: Tell = lambda _: None,
        options: Options | None = None,
        stop: threading.Event | None = None,
        planned: int | None = None,
    ) -> None:
        """`planned`: the number of the radio whose plan a person saw; no other one is written."""
        self._goal, self._address, self._tell = goal, address, tell
        self._options = options or Options()
        self._stop = stop or threading.Event()
        self._hand = AtHand(goal.name, address, self._options.patience, self._stop, planned)
        self._changes: tuple[Change, ...] = ()
        self._refused: dict[tuple[str, str], str] = {}
        """What the radio said to orders that it did not take."""
        self._new_keys = self._options.new_keys
        self._old_key = b""
        self._editing = False
        self._tries = self._losses = 0
        self._wrote = False
        self._manifest: Manifest | None = None

    @property
    def left(self) -> Left:
        """How the radio is left if the work on it is cut off now."""
        if self._wrote and self._hand.left is Left.AS_IT_WAS:  # the mark is about to be sent
            return Left.MARKING
        return self._hand.left

    def run(self) -> Outcome:
        """Go through the steps until the end; never raises what a person can put right."""
        try:
            end, words, differing = self._run()
        finally:
            self._leave()
        return Outcome(self._goal.name, str(self._address), end, words, differing, self._manifest)

    def _run(self) -> tuple[End, str, tuple[Change, ...]]:
        step = Step.READ
        try:
            while step is not Step.DONE:
                if self._stop.is_set():
                    raise StoppedError
                step = self._do(step)
        except StoppedError:
            return End.STOPPED, self._hand.left.after(tr("stopped")), ()
        except DeviceLostError as error:
            return End.LOST, self._hand.left.after(str(error)), ()
        except DeviceError as error:
            return End.FAILED, self._hand.left.after(str(error)), ()
        except FleetError as error:
            return self._was_refused("; ".join(filter(None, (str(error), error.hint))))
        except EndedError as ended:
            if ended.end is End.REFUSED:
                return self._was_refused(ended.words)
            return ended.end, ended.words, ended.differing
        self._say(Step.DONE)
        if self._wrote:
            return End.DONE, tr("written, restarted, read back and right"), ()
        words = tr("it was right already, also after a restart; nothing was written")
        return End.ALREADY, words, ()

    def _was_refused(self, words: str) -> tuple[End, str, tuple[Change, ...]]:
        left = self._hand.left
        if self._wrote:
            return End.FAILED, left.after(words), ()
        if left is Left.MARKED:  # "apply again" is not what helps
            left = Left.WAS_MARKED
        return End.REFUSED, left.after(words), ()

    def _do(self, step: Step) -> Step:
        self._say(step)
        try:
            following = _TABLE[step](self)
        except DeviceLostError as error:
            return self._after_loss(step, error)
        if self._wrote and following is not Step.DONE:  # the journal ends with the manifest
            self._goal.step(step.value)
        return following

    def _after_loss(self, step: Step, error: DeviceLostError) -> Step:
        """Wait for the radio, and begin again with what it is then."""
        self._hand.drop()
        self._losses += 1
        borne = self._losses <= self._options.losses and self._options.lost_s > 0
        if self._hand.first is None or not borne:
            raise error
        self._say(step, tr("{error}; waiting for it", error=translated(str(error))))
        self._hand.come_back(self._options.lost_s)
        return Step.READ

    # -- the steps -----------------------------------------------------------------------------

    def _read(self) -> Step:
        self._hand.connect(lambda words: self._say(Step.READ, words))
        self._hand.look()
        return Step.PLAN

    def _plan(self) -> Step:
        state = self._now
        plan = self._goal.plan(state)
        refuse(plan)
        if self._goal.key_trouble(state) is not None:
            self._new_keys = True
        forgets = self._to_forget(state) or (self._options.forget_nodes and state.nodes)
        if not plan.changes and not self._new_keys and not forgets:
            # an edit that another program left open reads the same, and is in no flash
            writing.reboot(self._radio, REBOOT_S)
            return Step.RESTART_NAMED
        self._changes = self._goal.differences(state, named=False)
        return Step.MARK

    def _mark(self) -> Step:
        writing.set_time(self._radio, int(clock.now()))
        self._goal.begin(self._now)
        self._wrote = True
        self._hand.put_mark()
        if not isinstance(self._address, BleAddress):  # a commit ends Bluetooth until the restart
            writing.commit(self._radio)
        writing.reboot(self._radio, -1)
        return Step.BEGIN

    def _begin(self) -> Step:
        self._old_key = self._now.public_key if self._new_keys else b""
        self._editing = True
        writing.begin(self._radio)
        return Step.WRITE

    def _write(self) -> Step:
        changes = [change for change in self._changes if change.path != "owner.long_name"]
        orders = orders_for(changes, self._goal.unnamed_for(self._now), new_keys=self._new_keys)
        self._refused.clear()
        for part, order in enumerate(orders, 1):
            if self._stop.is_set():
                raise StoppedError
            self._say(Step.WRITE, order.words, part, len(orders))
            self._give(order)
        for node in self._to_forget(self._now):
            writing.remove_node(self._radio, node)
        return Step.COMMIT

    def _give(self, order: Order) -> None:
        try:
            order.give(self._radio)
            if order.upsets:
                self._radio.refresh()
        except DeviceRefusedError as refused:  # reading back tells whether it matters
            self._refused[order.kind, order.name] = str(refused)

    def _commit(self) -> Step:
        writing.commit(self._radio)
        self._editing = False
        writing.reboot(self._radio, REBOOT_S)
        return Step.RESTART

    def _restart(self) -> Step:
        self._hand.restart()
        return Step.COMPARE

    def _compare(self) -> Step:
        state = self._now
        self._goal.follow(state)
        self._changes = self._goal.differences(state, named=False)
        if self._new_keys and state.public_key not in (b"", self._old_key):
            self._new_keys = False
        heard_again = self._tries == TIMES - 1  # a lost radio that still sends is learned anew
        if not self._changes and not self._new_keys and (heard_again or not self._to_forget(state)):
            return Step.NAME
        self._count_try()
        return Step.MARK

    def _name(self) -> Step:
        if self._options.forget_nodes:
            writing.forget_nodes(self._radio)
        self._hand.left = Left.NAMING
        writing.write_owner(self._radio, self._goal.desired.owner)
        writing.reboot(self._radio, REBOOT_S)
        return Step.RESTART_NAMED

    def _restart_named(self) -> Step:
        self._restart()
        return Step.PROVE

    def _prove(self) -> Step:
        self._changes = self._goal.differences(self._now, named=True)
        if not self._changes:
            return Step.SIGN
        if not self._wrote:
            raise EndedError(End.REFUSED, _only_in_memory(self._changes))
        self._hand.left = Left.UNSURE
        self._count_try()
        self._changes = self._goal.differences(self._now, named=False)
        return Step.MARK

    def _sign(self) -> Step:
        before, self._hand.left = self._hand.left, Left.RIGHT
        try:
            self._manifest = self._goal.sign(self._now)
        except FleetRefusedError:  # it is right, but not as this radio
            self._hand.left = before if not self._wrote else Left.UNSURE
            raise
        if self._manifest is not None:
            return Step.DONE
        self._hand.left = Left.UNSURE if self._wrote else Left.AS_IT_WAS
        self._count_try()
        return Step.PLAN

    # -- inside --------------------------------------------------------------------------------

    @property
    def _radio(self) -> Device:
        return self._hand.radio

    @property
    def _now(self) -> RadioState:
        return self._hand.now

    def _to_forget(self, state: RadioState) -> tuple[int, ...]:
        """Lost radios that it still knows."""
        known = self._radio.told.nodes
        return tuple(node for node in self._goal.lost_nodes if node in known)

    def _count_try(self) -> None:
        self._tries += 1
        if self._tries < TIMES:
            return
        if self._hand.left is not Left.MARKED:  # it has its name, and shall not keep it
            self._hand.put_mark()
        lines = [self._differs(change) for change in self._changes]
        if self._new_keys:
            lines.append(tr("its own key: it did not draw a new one"))
        head = tr("it did not take everything, three times; it stays marked as unfinished:")
        raise EndedError(End.FAILED, "\n  ".join([head, *lines]), self._changes)

    def _differs(self, change: Change) -> str:
        why = next(
            (f" ({words})" for part, words in self._refused.items()
             if Order(*part).covers(change.path)), "",
        )  # fmt: skip
        return tr("{path} is {now}, not {then}",
                  path=change.path, now=change.now, then=change.then) + why  # fmt: skip

    def _say(self, step: Step, words: str = "", part: int = 0, parts: int = 0) -> None:
        said = words or step.words
        self._tell(Progress(self._goal.name, str(self._address), step, said, part, parts))

    def _leave(self) -> None:
        """Let go of the radio; what an edit holds half is thrown away by a restart."""
        device = self._hand.device
        if self._editing and device is not None:
            with contextlib.suppress(DeviceError):
                if device.told.node_number == self._now.node_number:  # the cable may be elsewhere
                    writing.reboot(device, REBOOT_S)
        self._hand.drop()


def _only_in_memory(changes: tuple[Change, ...]) -> str:
    return trn(
        "it was right only in its memory: another program had not kept what it wrote. Since the "
        "restart {count} setting is otherwise; apply again, that writes it",
        "it was right only in its memory: another program had not kept what it wrote. Since the "
        "restart {count} settings are otherwise; apply again, that writes them",
        len(changes),
    )


_TABLE: Final[Mapping[Step, Callable[[Applying], Step]]] = {
    # step                 what is done            and what follows
    Step.READ: Applying._read,  # PLAN
    Step.PLAN: Applying._plan,  # MARK; RESTART_NAMED when it is right already; REFUSED
    Step.MARK: Applying._mark,  # BEGIN
    Step.BEGIN: Applying._begin,  # WRITE
    Step.WRITE: Applying._write,  # COMMIT
    Step.COMMIT: Applying._commit,  # RESTART
    Step.RESTART: Applying._restart,  # COMPARE
    Step.COMPARE: Applying._compare,  # NAME; MARK again, twice; FAILED
    Step.NAME: Applying._name,  # RESTART_NAMED
    Step.RESTART_NAMED: Applying._restart_named,  # PROVE
    Step.PROVE: Applying._prove,  # SIGN; MARK again; FAILED; REFUSED
    Step.SIGN: Applying._sign,  # DONE; PLAN when its key is another's
}
"""Every step; each returns the next one. A radio that is lost leads back to READ, or to LOST."""
