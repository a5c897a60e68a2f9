"""`meshdefense radio lost NAME`: a radio is gone; the radio side of `meshdefense lost MEMBER`.

Says what its finder can read and do with the radio alone, draws new keys for the channels that
it held, and lists the radios still to be touched; they are ticked off as each is proven.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import complain_lines
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded, open_fleet
from meshdefense.cli.fleet_lines import grouped, job_word, moment_text
from meshdefense.cli.passphrases import CliError
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.lost import Loss, LossStatus, Touch

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help=tr("the radio's name in network.yaml")
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--drill", action="store_true", help=tr("change nothing; say how long it took")
    )
    what.add_argument(
        "--status", action="store_true", help=tr("only which radios are still to be touched")
    )
    what.add_argument(
        "--found", action="store_true",
        help=tr("it is in your hands again and was set back to factory settings"),
    )  # fmt: skip
    parser.add_argument(
        "--anyway", action="store_true", help=tr("even if it was never written by these records")
    )
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Say what is at stake, ask, and do it."""
    from meshdefense.cli.roster import confirmed
    from meshdefense.provisioning.lost import assess, declare, statuses

    if args.status:
        with open_fleet(args, changing=False) as fleet:
            found = [one for one in statuses(fleet) if args.name in (None, one.lost.radio)]
        if args.name is not None and not found:
            raise CliError(tr("{name} is not noted as lost", name=args.name), ExitCode.NOT_FOUND)
        return _told(args, {"lost": [_status_json(one) for one in found]}, [*_status_lines(found)])
    if args.name is None:
        raise CliError(tr("name the radio, or ask for --status"), ExitCode.USAGE)
    if args.found:
        return _found(args)
    with open_fleet(args, changing=not args.drill) as fleet:
        begun = time.monotonic()
        loss = assess(fleet, args.name, anyway=args.anyway)
        before = [*_before_lines(loss)]
        answer = {"drill": args.drill, **_loss_json(loss)}
        if args.drill:
            answer["seconds"] = round(time.monotonic() - begun, 2)
            drill = tr("A drill: nothing was changed. It took {seconds} s.",
                       seconds=answer["seconds"])  # fmt: skip
            return _told(args, answer, [*before, *_after_lines(loss), drill])
        confirmed(args, "\n".join(before))
        told = len(fleet.notices)
        declare(fleet, loss)
        remarks = fleet.notices[told:]
        answer["fingerprints"] = {
            name: one for name, one in fleet.fingerprints().items() if name in loss.rotate
        }
    shown = [*before, ""] if args.yes else []
    code = _told(args, answer, [*shown, *_done_lines(loss), *_after_lines(loss)])
    for remark in remarks:
        complain_lines(tr("the loss is noted; besides: {trouble}", trouble=remark))
    return code


def _found(args: argparse.Namespace) -> int:
    from meshdefense.cli.roster import confirmed
    from meshdefense.provisioning.lost import found_again

    with open_fleet(args) as fleet:
        confirmed(
            args,
            tr("{name} was in unknown hands: its case may have been opened, its firmware changed. "
               "New firmware and factory settings come first.", name=clean(args.name)),
        )  # fmt: skip
        found_again(fleet, args.name)
    line = tr(
        "{name} may be written again. The keys that it had stay out of force.",
        name=clean(args.name),
    )
    return _told(args, {"radio": args.name, "found": True}, [line])


def _before_lines(loss: Loss) -> Iterator[str]:
    """What the finder has."""
    name = clean(loss.radio)
    held = (
        tr("held by {member}", member=clean(loss.member)) if loss.member else tr("no holder noted")
    )
    when = moment_text(None if loss.manifest is None else loss.manifest.proven_at)
    yield tr("{name}, {job}, {held}; last proven {when}",
             name=name, job=job_word(loss.job), held=held, when=when)  # fmt: skip
    if loss.damaged:
        yield tr("  Its proof here is damaged: it is taken to hold the keys of all channels.")
    elif loss.manifest is None:
        yield tr("  Nothing was proven of it: it is taken to hold all channels of its job.")
    elif loss.unfinished:
        yield tr("  It was being written when it was lost: it may hold newer keys as well.")
    yield tr("It holds the keys of these channels:")
    for channel, fingerprints in loss.held.items():
        yield f"  {clean(channel)}  {', '.join(map(grouped, fingerprints))}"
    yield tr("Whoever has the radio, without the computer and its passphrase:")
    yield tr(
        "  reads all that radios say on these channels, positions and texts of stock radios\n"
        "    too; also what was recorded off the air since each key came into force"
    )
    yield tr("  speaks on them under the name of any radio: a channel key proves nobody")
    yield tr("  reads and sends direct messages as {name} to radios that know its key", name=name)
    yield tr("  sees which radios it heard, when and how strong, and places that they shared")
    if loss.commands:
        yield tr(
            "  MAY SET THE OTHER RADIOS FROM AFAR: its key is among the admin keys. Take it out\n"
            "    of network.yaml first, and write every radio again"
        )
    else:
        yield tr("  cannot set any other radio: its key is no admin key")
    yield tr("  cannot read reports, alerts and messages of MeshDefense, nor speak as a member:\n"
             "    those are sealed and signed by keys that are in no radio. If the computer is "
             "gone\n    as well: meshdefense lost MEMBER")  # fmt: skip
    if loss.rotate:
        yield tr("New keys will be drawn for: {channels}",
                 channels=", ".join(map(clean, loss.rotate)))  # fmt: skip
    if loss.renewed:
        yield tr("Out of force already, and not drawn again: {channels}",
                 channels=", ".join(map(clean, loss.renewed)))  # fmt: skip
    count = len(loss.touch)
    yield trn("{count} other radio has to be touched.", "{count} other radios have to be touched.",
              count)  # fmt: skip


def _done_lines(loss: Loss) -> Iterator[str]:
    name = clean(loss.radio)
    if not loss.recognizable:
        yield tr(
            "{name} is noted as lost. Its hardware is unknown here: if it turns up, it will NOT\n"
            "be recognized. Set every radio that nobody can account for back to factory settings\n"
            "with new firmware before it is used; radio plan warns of one that has its keys.",
            name=name,
        )  # fmt: skip
    else:
        yield tr("{name} is noted as lost: if it turns up, it is refused.", name=name)
    if loss.rotate:
        yield tr("New keys are in force for: {channels}",
                 channels=", ".join(map(clean, loss.rotate)))  # fmt: skip


def _after_lines(loss: Loss) -> Iterator[str]:
    """What is left to do."""
    if loss.touch:
        yield tr("Radios still to be touched, each at the cable: meshdefense radio apply")
        yield from _touch_lines(loss.touch)
        yield tr("Until then old and new keys do not understand each other: begin with the base "
                 "and\nthe relays. Follow it with: meshdefense radio lost --status")  # fmt: skip
    if loss.unwritten:
        yield tr("Not written yet, they get the new keys then: {names}",
                 names=", ".join(map(clean, loss.unwritten)))  # fmt: skip
    if loss.member is not None:
        yield tr("If {member} lost the computer too, or it was unlocked: meshdefense lost "
                 "{member}", member=clean(loss.member))  # fmt: skip
    if not loss.rotate:
        return
    yield tr("Make a new backup: the last one has the old keys.")


def _touch_lines(touch: Sequence[Touch]) -> Iterator[str]:
    """Bases and relays first: the others reach each other through them."""
    order = ("base", "relay")
    width = max((len(clean(one.radio)) for one in touch), default=0)
    for one in sorted(touch, key=lambda one: (one.done, one.job not in order)):
        mark, job = tr("touched") if one.done else tr("TO DO"), job_word(one.job)
        who = clean(one.member or "-")
        channels = ", ".join(map(clean, one.channels))
        yield f"  {mark:<8} {clean(one.radio):<{width}}  {job:<12} {who:<12} {channels}"


def _status_lines(rows: Sequence[LossStatus]) -> Iterator[str]:
    if not rows:
        yield tr("No radio was lost.")
    for row in rows:
        lost = row.lost
        name, when = clean(lost.radio), moment_text(lost.lost_at)
        if lost.found_at is not None:
            yield tr("{name}, lost {when}, in known hands again since {found}", name=name,
                     when=when, found=moment_text(lost.found_at))  # fmt: skip
        else:
            yield tr("{name}, lost {when}", name=name, when=when)
        if row.left:
            yield tr("  still to be touched: {count} of {all}", count=row.left, all=len(row.touch))
        else:
            yield tr("  no radio holds a key that it has")
        yield from _touch_lines(row.touch)


def _loss_json(loss: Loss) -> dict[str, Any]:
    return {
        "radio": loss.radio,
        "job": loss.job,
        "member": loss.member,
        "node": None if loss.node_number is None else f"!{loss.node_number:08x}",
        "proven_at": None if loss.manifest is None else loss.manifest.proven_at,
        "unfinished": loss.unfinished,
        "damaged": loss.damaged,
        "recognizable": loss.recognizable,
        "held": {name: list(several) for name, several in loss.held.items()},
        "rotate": list(loss.rotate),
        "renewed": list(loss.renewed),
        "commands_others": loss.commands,
        "touch": [_touch_json(one) for one in loss.touch],
        "unwritten": list(loss.unwritten),
    }


def _status_json(row: LossStatus) -> dict[str, Any]:
    return {
        "radio": row.lost.radio,
        "lost_at": row.lost.lost_at,
        "found_at": row.lost.found_at,
        "left": row.left,
        "touch": [_touch_json(one) for one in row.touch],
    }


def _touch_json(one: Touch) -> dict[str, Any]:
    return {"radio": one.radio, "job": one.job, "member": one.member,
            "channels": list(one.channels), "done": one.done}  # fmt: skip


def _told(args: argparse.Namespace, answer: dict[str, Any], lines: list[str]) -> int:
    print(json.dumps(answer) if args.json else "\n".join(lines))
    return ExitCode.OK
