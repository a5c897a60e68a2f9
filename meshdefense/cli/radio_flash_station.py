"""`meshdefense radio flash-station`: a table, a box of radios, one after the other."""

from __future__ import annotations

import argparse
import sys
import threading
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.gone_streams import told
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_apply import add_options, apply_all, options_of, outcome_json
from meshdefense.cli.radio_desk import Target, addresses_of, finding_lines, the_fleet
from meshdefense.cli.radio_list import look_at
from meshdefense.cli.radio_progress import Events, Lines, Live, shows
from meshdefense.radio.addresses import Address, TcpAddress
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.finding import Finding
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_errors import FleetError
    from meshdefense.provisioning.manifests import Manifest
    from meshdefense.provisioning.station import Watch

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Plug a radio in; press Enter; it is written, restarted, read back and signed; its label "
        "is written; plug in the next one. Goes on until you quit. Each radio gets the next name "
        "of network.yaml that has no hardware yet, or the name you type."
    )
    parser.add_argument(
        "--tcp", metavar="HOST[:PORT]", action="append", default=[],
        help=tr("a radio on the network or a virtual one; may be given several times"),
    )  # fmt: skip
    parser.add_argument(
        "--no-usb", action="store_true", help=tr("do not watch the USB ports of this computer")
    )
    parser.add_argument(
        "--label", metavar="DIR", type=Path, help=tr("write each radio's label there, as SVG")
    )
    parser.add_argument(
        "--yes", action="store_true", help=tr("do not wait for Enter: every radio that comes")
    )
    add_options(parser)
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Work until somebody quits; OK when every radio that was plugged in is right or left out."""
    from meshdefense.provisioning.station import Watch, no_usb

    if args.no_usb and not args.tcp:
        raise CliError(tr("without USB name the radios: --tcp HOST"), ExitCode.USAGE)
    args.address = []
    tcp = [one for one in addresses_of(args) if isinstance(one, TcpAddress)]
    stop = threading.Event()
    watch = Watch(tcp, usb=no_usb if args.no_usb else None, stop=stop)
    with the_fleet(args, changing=True) as fleet:
        station = _Station(args, fleet, watch, shows(args.json))
        station.invite()
        code = ExitCode.OK
        try:
            for address in watch:
                if not station.take(address):
                    break
        except KeyboardInterrupt:
            complain(tr("stopped"))
            code = ExitCode.INTERRUPTED
        if station.stopped:
            code = ExitCode.INTERRUPTED
        station.sum_up()
        if station.batch.wrong or station.batch.untaken:
            code = code or ExitCode.FAILED
        return code or (ExitCode.FAILED if station.unheard else ExitCode.OK)


class _Choice(Enum):
    SKIP = "skip"
    QUIT = "quit"


_KEYS: Final = {"s": _Choice.SKIP, "q": _Choice.QUIT, "t": _Choice.QUIT}
"""`t` for terminar; Enter takes the name that is offered, anything else is a name."""


class _Station:
    """The conversation at the table."""

    def __init__(
        self,
        args: argparse.Namespace,
        fleet: Fleet,
        watch: Watch,
        display: Lines | Live | Events,
    ) -> None:
        from meshdefense.provisioning.station import Batch

        self._args, self._fleet, self._watch, self._display = args, fleet, watch, display
        self.batch = Batch()
        self.stopped = self._gone = False

    @property
    def unheard(self) -> bool:
        """Whether nobody reads any more what is said here."""
        return self._gone or self._display.gone

    def invite(self) -> None:
        """Say what to do next, and how far it is."""
        left = sum(
            1 for one in self._fleet.network.radios
            if self._fleet.binding(one.name).node_number is None
        )  # fmt: skip
        self._say(
            tr(
                "{done} right, {wrong} not right, {skipped} skipped; {left} without a radio yet. "
                "Plug in the next radio.",
                done=len(self.batch.done), wrong=len(self.batch.wrong),
                skipped=self.batch.skipped, left=left,
            )
        )  # fmt: skip

    def take(self, address: Address) -> bool:
        """Everything about one radio; False when somebody quits."""
        with self._watch.busy_with(address):
            return self._take(address)

    def _take(self, address: Address) -> bool:
        from meshdefense.provisioning.fleet_errors import FleetError

        node = None
        try:
            finding = look_at([address], self._fleet)[0]
        except FleetError as error:
            self._say("", f"{address}: {_words(error)}")
            self.batch.left(str(address), _words(error))
            choice: str | _Choice = _Choice.SKIP
        else:
            node = _node_of(finding)
            self._say("", *finding_lines(finding))
            choice = self._choose(finding)
        if choice is _Choice.QUIT:
            return False
        if isinstance(choice, str):
            self.batch.taken_after_all(str(address), node)
            if not self._work(address, choice, node):
                return False
        else:
            self.batch.skipped += 1
        self.invite()
        return not self.unheard

    def _choose(self, finding: Finding) -> str | _Choice:
        """The name it shall have, or what else is wanted."""
        from meshdefense.provisioning.finding import Standing
        from meshdefense.provisioning.station import next_radio
        from meshdefense_radio.network_file import normal_name

        if finding.standing in (Standing.SILENT, Standing.REFUSED):
            self.batch.left(finding.address, finding.words, _node_of(finding))
            return _Choice.SKIP
        offered = finding.radio  # one of another network may be half written here as well
        if offered is None or self._fleet.network.radio(offered) is None:
            offered = next_radio(self._fleet)
        if finding.elsewhere:  # it has a name and keys already: another one is not offered
            offered = self._own_name(finding)
            if offered is None and self._args.yes:
                self.batch.left(finding.address, finding.words, _node_of(finding))
        if self._args.yes:
            return offered or _Choice.SKIP
        while True:
            answer = self._ask(offered, elsewhere=finding.elsewhere)
            if answer is None:
                return _Choice.QUIT
            key = _KEYS.get(answer.lower())
            if key is not None:
                return key
            name = normal_name(answer) or offered
            if name is not None and self._fleet.network.radio(name) is not None:
                return name
            names = ", ".join(one.name for one in self._fleet.network.radios)
            self._say(tr("They are called: {names}", names=clean(names)))

    def _own_name(self, finding: Finding) -> str | None:
        """The name that it bears, where that is one of this network without hardware."""
        name = "" if finding.facts is None else finding.facts.long_name
        free = self._fleet.network.radio(name) and self._fleet.binding(name).node_number is None
        return name if free else None

    def _ask(self, offered: str | None, *, elsewhere: bool) -> str | None:
        """A line from the keyboard; None when there is no more."""
        if offered is None and elsewhere:
            words = tr("NAME: make it that one all the same   s: skip   q: quit")
        elif offered is None:
            words = tr("every name has its radio.  NAME: which one   s: skip   q: quit")
        else:
            words = tr("Enter: make it {name}   NAME: another   s: skip   q: quit", name=offered)
        self._say(words)
        line = sys.stdin.readline()
        return line.strip() if line else None

    def _work(self, address: Address, name: str, node: int | None) -> bool:
        """Write and prove it; False when somebody stopped that."""
        from meshdefense.provisioning.fleet_errors import FleetError
        from meshdefense.provisioning.outcome import End, Outcome

        self.batch.took(name, right=False)  # until it is
        try:
            target = Target(address, name)
            outcome = apply_all(
                [target], self._fleet, options_of(self._args), self._display,
                by=self._args.by, planned={target: node},
            )[0]  # fmt: skip
        except FleetError as error:  # of this radio alone; the next one may be right
            outcome = Outcome(name, str(address), End.REFUSED, _words(error))
        right = outcome.manifest is not None
        self.batch.took(name, right=right)
        if isinstance(self._display, Events):
            self._display.put(outcome_json(outcome))
        sign = tr("RIGHT") if right else tr("NOT RIGHT")
        self._say(f"*** {sign}: {clean(name)} ***", *map(clean, outcome.words.split("\n")))
        if outcome.manifest is not None and self._args.label is not None:
            self._label(outcome.manifest)
        self.stopped = outcome.end is End.STOPPED
        return not self.stopped

    def _label(self, manifest: Manifest) -> None:
        from meshdefense.provisioning.labels import write_label

        try:
            path = write_label(manifest, self._fleet.network, self._args.label)
        except OSError as error:
            complain(tr("{path} cannot be written: {reason}",
                        path=self._args.label, reason=error.strerror))  # fmt: skip
        else:
            self._say(tr("label: {path}", path=path))

    def sum_up(self) -> None:
        """The last words."""
        batch = self.batch
        self._say("", tr("right: {names}", names=clean(", ".join(batch.done)) or "-"))
        if batch.wrong:
            self._say(tr("NOT RIGHT: {names}", names=clean(", ".join(batch.wrong))))
        for one in batch.untaken:
            self._say(
                tr("not taken: {address}: {why}", address=clean(one.address), why=clean(one.why))
            )

    def _say(self, *lines: str) -> None:
        """For people; programs get events on stdout and may read these on stderr."""
        stream = sys.stderr if isinstance(self._display, Events) else sys.stdout
        self._gone = not told(stream, "\n".join(lines)) or self._gone


def _node_of(finding: Finding) -> int | None:
    return None if finding.facts is None else finding.facts.node_number


def _words(error: FleetError) -> str:
    return "; ".join(filter(None, (str(error), error.hint)))
