"""The airtime plan in sentences, in the language in use."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from meshdefense.air.plan_advice import Advice, Option, relays_needed
from meshdefense.air.planning import ALL_IN_RANGE, BUSY, HOUR_S, Use, Wish, mean_range_m
from meshdefense.catalogue import tr, trn

__all__ = [
    "CALM_HOPS",
    "CHANNEL_FACTOR",
    "HALF",
    "JOINED",
    "TIME_FACTOR",
    "about",
    "ground",
    "intervals",
    "plan_lines",
    "seconds",
    "use_name",
]

CHANNEL_FACTOR: Final = 1.5
TIME_FACTOR: Final = 2.5
"""How far simulated hours were from the model, at most: benchmarks/airtime_plan.py, where radios
have enough neighbours and hops and at most half of the channel is used."""
HALF: Final = 0.5
"""Beyond this share of the channel no time is promised."""
JOINED: Final = 8.0
"""Neighbours with which a lost flood soon finds another way."""
CALM_HOPS: Final = 3.0
_MANY: Final = 990.0


def plan_lines(advice: Advice, region: str, shift_hours: float | None = None) -> list[str]:
    """What the channel carries, what the law leaves, and what to do: a sentence a line."""
    lines = [ground(advice.wished.wish), *_channel(advice.wished), *_delay(advice.wished)]
    lines.append(_sos(advice.wished))
    lines.append(_law(advice.wished, region))
    if shift_hours is not None:
        lines.append(_shift(advice.wished, shift_hours))
    lines += ["", *_advice(advice), "", _belief()]
    return lines


def use_name(use: Use) -> str:
    """What a part of the channel goes to."""
    return {
        Use.REPORTS: tr("reports and what follows"),
        Use.CHECK_INS: tr("check-ins"),
        Use.POSITIONS: tr("positions"),
        Use.SYNC: tr("digests and repairs"),
        Use.NAMES: tr("names of radios"),
    }[use]


def ground(wish: Wish) -> str:
    """Which ground the plan is for."""
    if wish.area_hops <= 1.0:
        return tr(
            "The area is a square with sides of at most {side} km: everybody is in range of "
            "everybody.",
            side=_km(wish.side_m),
        )
    return tr(
        "The area is a square with sides of {side} km: from corner to corner {hops} ranges of "
        "{preset}, of {range} km each.",
        side=_km(wish.side_m),
        hops=f"{wish.area_hops:.1f}",
        preset=wish.preset.name,
        range=_km(mean_range_m(wish.preset)),
    )


def seconds(value: float) -> str:
    """A time as people say it: never finer than it is known."""
    if not math.isfinite(value):
        return tr("no time that can be told")
    if value < 1.0:
        return tr("less than 1 s")
    return tr("{number} s", number=f"{value:.0f}")


def about(share: float) -> str:
    """A share of the channel in per cent."""
    if share > 1.0:
        return tr("more than 100 %")
    percent = 100.0 * share
    return f"{percent:.0f} %" if percent >= 1.0 else tr("less than 1 %")


def intervals(wish: Wish) -> str:
    """Check-ins and positions: "a check-in every 30 min, no positions"."""
    check_in = (
        tr("a check-in every {minutes} min", minutes=f"{wish.check_in_minutes:g}")
        if wish.check_in_minutes
        else tr("no check-ins")
    )
    position = (
        tr("a position every {minutes} min", minutes=f"{wish.positions_minutes:g}")
        if wish.positions_minutes
        else tr("no positions")
    )
    return f"{check_in}, {position}"


def _channel(option: Option) -> Iterator[str]:
    wish, plan = option.wish, option.plan
    yield tr(
        "At {preset} with {people} people: {reports} reports an hour with all that follows, "
        "{intervals}, use {share} of the channel, {middle} in the middle of the area.",
        preset=wish.preset.name,
        people=wish.members,
        reports=f"{wish.reports_per_hour:g}",
        intervals=intervals(wish),
        share=about(plan.utilisation),
        middle=about(plan.middle),
    )
    if not plan.lawful and plan.utilisation <= BUSY:
        yield tr("The channel would carry it, the law does not: see below.")
    elif option.carries >= _MANY:
        yield tr("It carries more reports than people can read.")
    elif option.carries >= 1.0:
        yield trn(
            "Up to about {count} report an hour it stays below {limit}; beyond that positions and "
            "digests wait.",
            "Up to about {count} reports an hour it stays below {limit}; beyond that positions and "
            "digests wait.",
            int(option.carries),
            limit=about(BUSY),
        )
    else:
        yield tr(
            "That leaves no room for reports: above {limit} positions and digests wait, and what "
            "is lost comes late.",
            limit=about(BUSY),
        )


def _delay(option: Option) -> Iterator[str]:
    plan = option.plan
    if plan.thin:
        yield trn(
            "Too few radios for this area: each has about {count} neighbour. Many reports take "
            "minutes.",
            "Too few radios for this area: each has about {count} neighbours. Many reports take "
            "minutes.",
            max(1, round(plan.wish.neighbours)),
        )
    elif plan.too_few_hops:
        yield tr(
            "The hop limit of {hops} ends floods before they are across the area. Many reports "
            "take minutes.",
            hops=plan.wish.hop_limit,
        )
    elif plan.utilisation > HALF:
        yield tr("The channel is so full that nobody can say when a report arrives.")
    else:
        yield tr(
            "A report reaches 95 of 100 radios in about {quiet} when quiet, {busy} at this load; "
            "one in ten is lost on the way at first and may take {longer}.",
            quiet=seconds(plan.quiet_s),
            busy=seconds(plan.reach_s),
            longer=tr("a minute") if _calm(option) else tr("many minutes"),
        )


def _calm(option: Option) -> bool:
    """Whether what was lost is repaired within a minute, as simulated hours have it."""
    wish = option.wish
    joined = wish.neighbours >= JOINED or wish.area_hops <= ALL_IN_RANGE
    return joined and wish.area_hops <= CALM_HOPS and option.plan.utilisation <= BUSY


def _sos(option: Option) -> str:
    if option.plan.utilisation > HALF:
        return tr(
            "Each radio keeps a third of its own airtime for an SOS, but the channel itself is "
            "full: an SOS can be late or lost too."
        )
    return tr("An SOS does not wait for that: a third of each radio's airtime is kept for it.")


def _law(option: Option, region: str) -> str:
    plan, wish = option.plan, option.wish
    if plan.busiest_share > 1.0:
        return _beyond(wish, region)
    needs = _minutes(plan.busiest_share * HOUR_S)
    if wish.duty_cycle >= 1.0:
        return tr(
            "In {region} no law limits how long a radio sends; the busiest one sends about "
            "{needs} of each hour.",
            region=region,
            needs=needs,
        )
    return tr(
        "In {region} a radio may send {allowed} of each hour ({percent} %), what it relays "
        "included; the busiest one needs about {needs}.",
        region=region,
        allowed=_minutes(wish.duty_cycle * HOUR_S),
        percent=f"{100 * wish.duty_cycle:g}",
        needs=needs,
    ) + ("" if plan.lawful else " " + tr("That is too much: it would fall silent."))


def _beyond(wish: Wish, region: str) -> str:
    """What the law leaves to a radio that would have to send all the time."""
    if wish.duty_cycle >= 1.0:
        return tr(
            "In {region} no law limits how long a radio sends; the busiest one would need all of "
            "the hour, and more than there is.",
            region=region,
        )
    return tr(
        "In {region} a radio may send {allowed} of each hour ({percent} %), what it relays "
        "included; the busiest one would need all of the hour, and more than there is.",
        region=region,
        allowed=_minutes(wish.duty_cycle * HOUR_S),
        percent=f"{100 * wish.duty_cycle:g}",
    )


def _shift(option: Option, hours: float) -> str:
    wish = option.wish
    check_ins = 0.0
    if wish.check_in_minutes:
        check_ins = hours * wish.members * 60.0 / wish.check_in_minutes
    mean_s = sum(option.plan.air_s.values()) / wish.radios * hours
    if mean_s > hours * HOUR_S:
        return tr(
            "In a shift of {hours} h: {reports} reports, {check_ins} check-ins; that is more than "
            "the radios could send in it.",
            hours=f"{hours:g}",
            reports=round(hours * wish.reports_per_hour),
            check_ins=round(check_ins),
        )
    return tr(
        "In a shift of {hours} h: {reports} reports, {check_ins} check-ins; each radio sends "
        "{sends} in all.",
        hours=f"{hours:g}",
        reports=round(hours * wish.reports_per_hour),
        check_ins=round(check_ins),
        sends=_minutes(mean_s),
    )


def _advice(advice: Advice) -> Iterator[str]:
    if advice.good:
        yield tr("Recommended: as it is. {how}.", how=_how(advice.wished.wish))
        yield _slack(advice.wished)
        return
    for number, option in enumerate(
        one for one in (advice.same_preset, advice.other_preset) if one is not None
    ):
        head = tr("Recommended") if number == 0 else tr("Or")
        yield f"{head}: {_how(option.wish)}."
        yield _outcome(advice.wished, option)
    if advice.best is None and advice.wished.plan.thin:
        yield tr(
            "So few radios do not cover that ground on any preset. Stay nearer together, put "
            "relays on high roofs, or let somebody who walks carry the news: radios that meet "
            "tell each other what is missing."
        )
    elif advice.best is None:
        yield tr(
            "No preset carries this on that ground. Fewer reports and rarer check-ins, a smaller "
            "area, or two networks on two channels."
        )


def _how(wish: Wish) -> str:
    relays = trn("{count} relay", "{count} relays", wish.relays) if wish.relays else tr("no relay")
    return tr(
        "{preset}, {intervals}, hop limit {hops}, {relays}",
        preset=wish.preset.name,
        intervals=intervals(wish),
        hops=wish.hop_limit,
        relays=relays,
    )


def _slack(option: Option) -> str:
    wish = option.wish
    if relays_needed(wish) == 0 and wish.relays == 0:
        return tr(
            "Why: the channel has room, and each radio has about {count} neighbours, so that "
            "people carry the mesh themselves. A faster preset would only reach less far.",
            count=round(wish.neighbours),
        )
    return tr("Why: the channel has room. A faster preset would only reach less far.")


def _outcome(wished: Option, option: Option) -> str:
    plan, wish = option.plan, option.wish
    sentence = tr(
        "Then {share} of the channel is used, a report takes about {busy}, and up to {carries} "
        "reports an hour fit",
        share=about(plan.utilisation),
        busy=seconds(plan.reach_s),
        carries=int(option.carries),
    )
    if wish.preset.name == wished.wish.preset.name:
        return sentence + "."
    percent = round(100 * option.range_m / wished.range_m)
    if percent < 100:
        trade = tr(
            "but two radios reach each other over {range} km instead of {before} km ({percent} %), "
            "so that the same ground is {hops} ranges from corner to corner: not for hills, long "
            "valleys or a handful of people.",
            range=_km(option.range_m),
            before=_km(wished.range_m),
            percent=percent,
            hops=f"{wish.area_hops:.1f}",
        )
    else:
        trade = tr(
            "and two radios reach each other over {range} km instead of {before} km: not for many "
            "more people or reports than these.",
            range=_km(option.range_m),
            before=_km(wished.range_m),
        )
    return f"{sentence}, {trade}"


def _belief() -> str:
    return tr(
        "An estimate: simulated hours lay within a factor of {channel} for the channel and of "
        "{time} for the time. Hills, houses and other people's radios are not in it: try it in a "
        "drill and look at the channel's use.",
        channel=f"{CHANNEL_FACTOR:g}",
        time=f"{TIME_FACTOR:g}",
    )


def _km(metres: float) -> str:
    return f"{metres / 1000:.1f}"


def _minutes(value: float) -> str:
    if value < 90:
        return tr("{number} s", number=f"{value:.0f}")
    return tr("{number} min", number=f"{value / 60:.0f}")
