"""`meshdefense radio airtime`: what a preset carries for so many people, before the event."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import fitted
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import require_free

if TYPE_CHECKING:
    from meshdefense.air.plan_advice import Advice, Option
    from meshdefense.air.planning import PlanError, Wish
    from meshdefense.air.presets import Preset
    from meshdefense_radio.regions import Region

__all__ = ["configure", "run"]

SHIFT_MAX_H: Final = 72.0
_OPTIONS: Final = {
    "members": "--members",
    "reports per hour": "--reports-per-hour",
    "area hops": "--area-hops",
    "area km": "--area-km",
    "hop limit": "--hop-limit",
    "relays": "--relays",
    "check-in minutes": "--check-in-minutes",
    "positions minutes": "--positions-minutes",
}
"""Which option a PlanError speaks of."""
_SHIFT: Final = "shift hours"
_OR_NONE: Final = frozenset({"check-in minutes", "positions minutes"})
"""What may be left out with 0."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Say what the channel carries for so many people, what the law leaves to each radio, and "
        "which preset, intervals and relays to take. Computed, not measured: nothing is sent."
    )
    parser.add_argument("--members", type=int, required=True, metavar="N", help=tr("people"))
    parser.add_argument(
        "--preset", default="LONG_FAST", metavar="NAME",
        help=tr("modem preset (default LONG_FAST)"),
    )  # fmt: skip
    parser.add_argument(
        "--reports-per-hour", type=float, default=12.0, metavar="N",
        help=tr("reports of all together; what follows from each is counted (default 12)"),
    )  # fmt: skip
    parser.add_argument(
        "--region", default="US", metavar="NAME", help=tr("region of the radios (default US)")
    )
    area = parser.add_mutually_exclusive_group()
    area.add_argument(
        "--area-km", type=float, metavar="KM",
        help=tr("side of the area, taken as a square"),
    )  # fmt: skip
    area.add_argument(
        "--area-hops", type=float, default=3.0, metavar="N",
        help=tr("or its diagonal, corner to corner, in ranges of the preset (default 3)"),
    )  # fmt: skip
    parser.add_argument(
        "--hop-limit", type=int, metavar="N", help=tr("default: what the area needs")
    )
    parser.add_argument(
        "--check-in-minutes", type=float, default=30.0, metavar="N",
        help=tr("each member's interval, 0 for none (default 30)"),
    )  # fmt: skip
    parser.add_argument(
        "--positions-minutes", type=float, default=0.0, metavar="N",
        help=tr("each member's interval, 0 for none (default 0)"),
    )  # fmt: skip
    parser.add_argument(
        "--relays", type=int, default=0, metavar="N", help=tr("radios on roofs (default 0)")
    )
    parser.add_argument(
        "--firmware", choices=("2.7", "2.8"), default="2.7",
        help=tr("2.8 signs each packet itself and makes it longer (default 2.7)"),
    )  # fmt: skip
    parser.add_argument(
        "--shift-hours", type=float, metavar="H", help=tr("also say what a shift adds up to")
    )
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object instead"))
    parser.add_argument("--svg", type=Path, metavar="FILE", help=tr("also draw a picture"))
    parser.add_argument("--replace", action="store_true", help=tr("in place of a file there"))


def run(args: argparse.Namespace) -> int:
    """Plan, say it, draw it; return the exit code."""
    from meshdefense.air.plan_advice import advise
    from meshdefense.air.planning import PlanError
    from meshdefense.provisioning.airtime.words import plan_lines
    from meshdefense_radio.errors import ConfigError

    try:
        region, presets = _region(args.region)
        advice = advise(_wish(args, region, presets), presets)
        _check_shift(args.shift_hours)
    except ConfigError as error:
        return _usage(error.text(language.current()))
    except PlanError as error:
        return _usage(_words_of(error))
    except ValueError as error:
        return _usage(str(error))
    if args.json:
        print(json.dumps(_as_json(advice, region.name), indent=1))
    else:
        print(fitted(plan_lines(advice, region.name, args.shift_hours)))
    return ExitCode.OK if args.svg is None else _draw(args, advice)


def _region(name: str) -> tuple[Region, list[Preset]]:
    """The region and the presets that radios take there. Raises ConfigError."""
    from meshdefense.air.presets import PRESETS
    from meshdefense_radio.regions import region_named

    region = region_named(name)
    return region, [PRESETS[one] for one in region.presets if one in PRESETS]


def _wish(args: argparse.Namespace, region: Region, presets: list[Preset]) -> Wish:
    """Raises PlanError; ValueError with a text for a preset that is not there."""
    from meshdefense.air.planning import Wish, hops_of_square

    preset, side_km = _preset(args.preset, region.name, presets), args.area_km
    wish = Wish(
        members=args.members,
        preset=preset,
        reports_per_hour=args.reports_per_hour,
        area_hops=args.area_hops if side_km is None else hops_of_square(side_km, preset),
        hop_limit=3 if args.hop_limit is None else args.hop_limit,
        check_in_minutes=_interval(args.check_in_minutes),
        positions_minutes=_interval(args.positions_minutes),
        relays=args.relays,
        duty_cycle=region.duty_cycle,
        radio_signs=args.firmware == "2.8",
    )
    return wish if args.hop_limit is not None else replace(wish, hop_limit=_hops(wish))


def _hops(wish: Wish) -> int:
    from meshdefense.air.packets import MAX_HOPS

    return min(wish.hops_needed, MAX_HOPS)


def _interval(minutes: float) -> float | None:
    return None if minutes == 0 else minutes


def _preset(name: str, region: str, presets: list[Preset]) -> Preset:
    import difflib

    from meshdefense.air.presets import PRESETS

    wanted = name.upper().replace("-", "_")[:40]
    for one in presets:
        if one.name == wanted:
            return one
    names = [one.name for one in presets]
    if wanted in PRESETS:
        raise ValueError(
            tr(
                "radios in {region} do not take {preset}; they take {names}",
                region=region,
                preset=wanted,
                names=", ".join(names),
            )
        )
    shown, near = repr(name[:40]), difflib.get_close_matches(wanted, names, n=1, cutoff=0.4)
    if near:
        text = tr("there is no preset {name}; did you mean {near}?", name=shown, near=near[0])
    else:
        known = ", ".join(names)
        text = tr("there is no preset {name}; known: {names}", name=shown, names=known)
    raise ValueError(text)


def _check_shift(hours: float | None) -> None:
    from meshdefense.air.planning import PlanError

    if hours is not None and not (math.isfinite(hours) and 0 < hours <= SHIFT_MAX_H):
        raise PlanError(_SHIFT, hours, 0, SHIFT_MAX_H)


def _words_of(error: PlanError) -> str:
    option = _OPTIONS.get(error.what, "--" + error.what.replace(" ", "-"))
    value, least, most = f"{error.value:g}", f"{error.least:g}", f"{error.most:g}"
    if error.what == _SHIFT:
        return tr("{option} is {value}; it must be more than 0 and at most {most}",
                  option=option, value=value, most=most)  # fmt: skip
    if error.what in _OR_NONE:
        return tr("{option} is {value}; it must be {least} to {most}, or 0 for none",
                  option=option, value=value, least=least, most=most)  # fmt: skip
    return tr("{option} is {value}; it must be {least} to {most}",
              option=option, value=value, least=least, most=most)  # fmt: skip


def _usage(text: str) -> int:
    complain(text)
    return ExitCode.USAGE


def _draw(args: argparse.Namespace, advice: Advice) -> int:
    from meshdefense.provisioning.airtime.picture import picture
    from meshdefense.provisioning.drawing.svg import svg
    from meshdefense.whole_file import write_whole

    try:
        require_free(args.svg, replace=args.replace)
        content = svg(picture(advice)).encode()
        write_whole(args.svg, content, replace=args.replace, mode=0o644)
    except CliError as error:
        complain(str(error), error.hint)
        return error.code
    except OSError as error:
        complain(tr("cannot write {file}: {why}", file=args.svg, why=error.strerror))
        return ExitCode.UNAVAILABLE
    return ExitCode.OK


def _as_json(advice: Advice, region: str) -> dict[str, Any]:
    from meshdefense.provisioning.airtime.words import CHANNEL_FACTOR, TIME_FACTOR

    return {
        "region": region,
        "good": advice.good,
        "wished": _option_json(advice.wished),
        "same_preset": _option_json(advice.same_preset),
        "other_preset": _option_json(advice.other_preset),
        "within_factor": {"channel": CHANNEL_FACTOR, "time": TIME_FACTOR},
    }


def _option_json(option: Option | None) -> dict[str, Any] | None:
    if option is None:
        return None
    wish, plan = option.wish, option.plan
    return {
        "preset": wish.preset.name,
        "members": wish.members,
        "relays": wish.relays,
        "reports_per_hour": wish.reports_per_hour,
        "check_in_minutes": wish.check_in_minutes,
        "positions_minutes": wish.positions_minutes,
        "area_hops": round(wish.area_hops, 2),
        "area_km": round(wish.side_m / 1000, 2),
        "hop_limit": wish.hop_limit,
        "duty_cycle": wish.duty_cycle,
        "channel": {use.value: round(share, 4) for use, share in plan.uses.items()},
        "utilisation": round(plan.utilisation, 4),
        "utilisation_middle": round(plan.middle, 4),
        "carries_reports_per_hour": round(option.carries, 1),
        "quiet_s": round(plan.quiet_s, 2),
        "reach_s": round(plan.reach_s, 2) if math.isfinite(plan.reach_s) else None,
        "busiest_radio_share": round(plan.busiest_share, 4),
        "range_m": round(option.range_m),
        "neighbours": round(wish.neighbours, 1),
        "too_few_radios": plan.thin,
        "too_few_hops": plan.too_few_hops,
        "lawful": plan.lawful,
        "fits": plan.fits,
    }
