"""`meshdefense demo`: the main job on virtual radios, with throw-away data."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import textwrap
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from meshdefense import language as languages
from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from meshdefense.demo.plot import Plot

__all__ = ["configure", "run"]

SECONDS_MIN, SECONDS_MAX = 25.0, 3600.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--headless", action="store_true", help=tr("no screen: play, then print what happened")
    )
    parser.add_argument(
        "--story",
        default="patrol",
        metavar="NAME",
        help=tr(
            "patrol (default), night: the quiet night of the operator guide, or ferry: an alert "
            "crosses a split mesh in a walker's radio"
        ),
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help=tr("length of a headless demo (default: the story's own, 90 or 150)"),
    )
    parser.add_argument(
        "--preset",
        metavar="NAME",
        help=tr("modem preset (default: the story's own, LONG_FAST or MEDIUM_FAST)"),
    )
    parser.add_argument(
        "--language",
        choices=tuple(languages.LANGUAGES),
        default=languages.current(),
        help=tr("of the screen and the story"),
    )
    parser.add_argument("--ascii", action="store_true", help=tr("a screen of plain ASCII"))
    parser.add_argument("--json", action="store_true", help=tr("with --headless: one JSON object"))


def run(args: argparse.Namespace) -> int:
    """Play it."""
    from meshdefense.demo.stories import UnknownStoryError, story_named

    try:
        plot = story_named(args.story)
    except UnknownStoryError as error:
        complain(str(error))
        return ExitCode.USAGE
    seconds = plot.seconds if args.seconds is None else args.seconds
    if not args.headless and (args.seconds is not None or args.json):
        complain(tr("--seconds and --json belong to --headless"))
        return ExitCode.USAGE
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        complain(
            tr(
                "--seconds {seconds:g} is outside {least:g} to {most:g}",
                seconds=seconds,
                least=SECONDS_MIN,
                most=SECONDS_MAX,
            )
        )
        return ExitCode.USAGE
    from meshdefense.air.presets import UnknownPresetError, preset_named

    try:
        preset_named(args.preset or plot.preset)
    except UnknownPresetError as error:
        complain(str(error))
        return ExitCode.USAGE
    if not args.headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain(
            tr("the demo's screen needs a terminal, and there is none here"),
            tr("without one: meshdefense demo --headless --seconds 60 --json"),
        )
        return ExitCode.USAGE
    from meshdefense.demo.show import DemoError

    try:
        return asyncio.run(
            _until_told(_headless(args, seconds) if args.headless else _screen(args, plot))
        )
    except asyncio.CancelledError:
        return ExitCode.INTERRUPTED
    except DemoError as error:
        complain(str(error))
        return ExitCode.FAILED
    except TimeoutError:
        complain(tr("the demo's nodes did not start in time; is the machine very busy?"))
        return ExitCode.FAILED


async def _until_told(play: Coroutine[None, None, int]) -> int:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does: with everything cleaned up."""
    task = asyncio.current_task()
    assert task is not None  # this is a coroutine
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await play


async def _headless(args: argparse.Namespace, seconds: float) -> int:
    from meshdefense.demo.show import open_stage, tell

    say = None if args.json else _say
    async with open_stage(args.preset or "", args.story) as stage:
        result = await tell(stage, seconds, language=args.language, say=say)
    print(json.dumps(result) if args.json else _text(result))
    return ExitCode.OK if result["complete"] else ExitCode.INCOMPLETE


def _say(line: str) -> None:
    """At once, also into a pipe: it is a story with times."""
    print(line, flush=True)


async def _screen(args: argparse.Namespace, plot: Plot) -> int:
    """The base operator's screen, in a process of its own on this terminal."""
    from meshdefense.demo.show import open_stage, tell

    _say(textwrap.fill(plot.opening[args.language == "es"], 78))
    happened: list[str] = []
    async with open_stage(args.preset or "", args.story) as stage:
        command = ["tui", "--data", str(stage.base_folder), "--language", args.language]
        command.append("--no-setup")
        if args.ascii:
            command.append("--ascii")
        screen = await asyncio.create_subprocess_exec(sys.executable, "-m", "meshdefense", *command)
        story = asyncio.get_running_loop().create_task(
            tell(stage, None, language=args.language, say=happened.append)
        )
        try:
            code = await screen.wait()
        finally:
            if screen.returncode is None:
                screen.terminate()
                await screen.wait()
            story.cancel()
            with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
                await story
    for line in happened:
        print(line)
    print(tr("The demo is over. Nothing of it is left on this machine."))
    return code


def _text(result: dict[str, Any]) -> str:
    times = result["submit_to_shown_s"]
    lines = [
        tr("{nodes} nodes, {items} items sent.", nodes=result["nodes"], items=result["items_sent"])
    ]
    if "crossing" not in result:  # half of that one's nodes are out of reach on purpose
        lines.append(
            tr(
                "Report to shown: median {median} s, 95 % within {most} s.",
                median=times["p50"],
                most=times["p95"],
            )
        )
    for report in result["reports"]:
        missing = (
            tr(", missing: {missing}", missing=", ".join(report["missing"]))
            if report["missing"]
            else ""
        )
        lines.append(
            tr(
                "  {id} by {by}: on {reached} of {of} nodes{missing}",
                id=report["id"],
                by=report["by"],
                reached=report["reached"],
                of=report["of"],
                missing=missing,
            )
        )
    if result["overdue"]:
        lines.append(tr("Overdue: {overdue}.", overdue=", ".join(result["overdue"])))
    lines += [tr("Refused: {text}", text=text) for text in result["refused"]]
    if (crossing := result.get("crossing")) is not None:
        lines.append(_crossing_text(crossing))
    elif result["complete"]:
        lines.append(tr("Each report reached every member."))
    else:
        lines.append(tr("NOT complete."))
    return "\n".join(lines)


def _crossing_text(crossing: dict[str, Any]) -> str:
    if not crossing["crossed"]:
        return tr("NOT crossed: the base does not have the report from the far bank.")
    later = crossing["base_s"] - crossing["reported_s"]
    text = tr("Crossed: on the base's screen {later:.0f} s after it was reported.", later=later)
    if crossing["held_by"]:
        text += tr(
            " As its reporter knows, it is held by {held_by}.",
            held_by=", ".join(crossing["held_by"]),
        )
    return text
