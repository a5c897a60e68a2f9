"""This node's radio, who is heard directly, and what members said of theirs, as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from meshdefense.air.presets import PRESETS
from meshdefense.api.mesh_schema import NeighbourRow
from meshdefense.api.row_schema import MemberRow, PatrolRow
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense.sentences import translated
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.series import AIR_TIME, BUSY, SERIES_LIFE_S, Series, snr_of
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.alert_trail import LABEL, field
from meshdefense_tui.views.sparkline import sparkline
from meshdefense_tui.views.status_rows import radio_state

__all__ = ["radio_facts", "radio_members", "radio_neighbours", "span_line"]

_BUSY_TOP: Final = 50
"""Per cent: the firmware itself stops sending most things at 40."""
_AIR_TOP: Final = 10
_SNR: Final = (-20.0, 10.0)
"""dB: from what the slowest preset can still read to a radio in the same room."""
_SPARK_MAX: Final = 30
"""Cells, one a minute."""
_NAME: Final = 17
_BESIDE_NAME: Final = 30
"""Cells of a neighbour's line before its measurements, without the name."""
_STRONG_DB: Final = 10.0
_FAIR_DB: Final = 4.0
_LOW_BATTERY: Final = 20


def span_line(series: Series, look: Look, width: int) -> list[Line]:
    """Since when there are measurements."""
    if series.since is None:
        return []
    text = look.say("radios_span", time=look.clock.hm(series.since))
    return [((part, "quiet"),) for part in wrap(text, max(width, 4))]


def radio_facts(
    radio: RadioRow | None,
    status: NodeStatus | None,
    series: Series,
    look: Look,
    *,
    now: float,
    width: int,
) -> list[Line]:
    """State, what to do next, and everything that the radio told of itself."""
    title: Span = (look.say("radios_own").upper(), "title")
    if radio is None:
        return [(title,), ((look.say("radios_nothing"), "quiet"),)]
    state = radio["state"]
    since = look.say("radios_since", age=age(now - radio["since"]))
    words, role = radio_state(state, look)
    parts: list[Span] = [title, (words, role), (since, "quiet")]
    lines: list[Line] = [spread(parts, width, ellipsis=look.glyphs.ellipsis)]
    if cell_len(title[0]) + 2 + cell_len(words) > width:
        lines = [(title,), *(((part, role),) for part in wrap(words, max(width, 4)))]
    if radio["detail"]:
        detail = translated(radio["detail"], look.language)
        role = "plain" if state == "ready" else "bad"
        lines += [((part, role),) for part in wrap(detail, max(width, 4))]
    if (advice := f"radio_do_{state}") in PHRASES:
        lines += [((part, "strong"),) for part in wrap(look.say(advice), max(width, 4))]
    if state != "ready" and radio["node_number"] is not None:
        told = look.say("radios_last_told")
        lines += [((part, "quiet"),) for part in wrap(told, max(width, 4))]
    for label, text, role in _facts(radio, look, now):
        lines += field(look.say(label), text, role, width)
    lines += _measured(radio, series, look, now, width)
    return [*lines, *_dropped(status, look, width)]


def _facts(radio: RadioRow, look: Look, now: float) -> list[tuple[str, str, str]]:
    untold = look.say("radios_untold")
    number, firmware = radio["node_number"], radio["firmware"]
    name = [radio["name"] or "", f"!{number:08x}" if number is not None else ""]
    device = [radio["hardware"] or ""]
    if firmware is not None:
        device.append(look.say("radios_firmware", version=firmware))
    setting = [radio["preset"] or "", radio["region"] or ""]
    battery, battery_role = untold, "quiet"
    if (charge := radio["battery"]) is not None:
        low = charge <= _LOW_BATTERY
        battery_role = "warn" if low else "plain"
        battery = look.say("radios_mains") if charge > 100 else f"{charge} %"
        battery += f" {look.say('radios_low')}" if low else ""
    free, size = radio["queue_free"], radio["queue_size"]
    queue = untold
    if free is not None and size is not None:
        queue = look.say("radios_queue_words", used=size - free, size=size)
    frames = look.say("radios_frames_words", received=radio["frames_in"], sent=radio["frames_out"])
    last_at = radio["last_frame_at"]
    last = look.say("radios_never")
    if last_at is not None:
        last = look.say("radios_ago", age=age(now - last_at))
    heard = look.say("radios_heard_words", count=radio["nodes_heard"])
    rows = [
        ("radios_name", ", ".join(filter(None, name)) or untold, "strong"),
        ("radios_device", ", ".join(filter(None, device)) or untold, "plain"),
        ("radios_setting", ", ".join(filter(None, setting)) or untold, "plain"),
        ("radios_address", radio["address"] or untold, "plain"),
        ("radios_battery", battery, battery_role),
        ("radios_queue", queue, "plain"),
        ("radios_frames", frames, "plain"),
        ("radios_last", last, "plain"),
        ("radios_heard", heard, "plain"),
    ]
    return rows


def _measured(radio: RadioRow, series: Series, look: Look, now: float, width: int) -> list[Line]:
    busy, air = radio["channel_utilisation"], radio["air_time"]
    rows = [
        ("radios_busy", "radios_busy_words", busy, "0", BUSY, _BUSY_TOP, (25, 40)),
        ("radios_air", "radios_air_words", air, "1", AIR_TIME, _AIR_TOP, (8, 10)),
    ]
    lines: list[Line] = []
    for label, words, value, digits, name, top, (near, over) in rows:
        if value is None:
            lines += field(look.say(label), look.say("radios_untold"), "quiet", width)
            continue
        role = "bad" if value >= over else "warn" if value >= near else "plain"
        said = look.say(words, value=f"{value:.{digits}f}")
        scale = look.say("radios_scale", top=top)
        cells = min(width - LABEL - 20 - cell_len(scale) - 1, _SPARK_MAX)
        parts: list[Span] = [(pad(look.say(label), LABEL), "quiet"), (pad(said, 20), role)]
        if cells >= 10:
            drawn = sparkline(
                series.of(name), look, now=now, span_s=SERIES_LIFE_S, cells=cells, low=0, high=top
            )
            parts += [(drawn, role), (f" {scale}", "quiet")]
        lines.append(tuple(parts))
    return lines


def _dropped(status: NodeStatus | None, look: Look, width: int) -> list[Line]:
    """What was heard and not kept; what was here already is the air's way, not a fault."""
    if status is None:
        return []
    said = []
    for reason, count in status["rejected"].items():
        key = f"radio_dropped_{reason.replace(' ', '_')}"
        if key not in PHRASES:
            key = "radio_dropped_newer"
        said.append(look.say(key, count=count, reason=reason))
    text = ", ".join(said) or look.say("radios_dropped_none")
    return field(look.say("radios_dropped"), text, "plain" if said else "quiet", width)


def radio_neighbours(
    neighbours: Sequence[NeighbourRow],
    preset: str | None,
    series: Series,
    look: Look,
    *,
    now: float,
    width: int,
) -> list[Line]:
    """Who is heard without a relay, how well, and how that was in the last half hour."""
    title = look.say("radios_neighbours").upper()
    if not neighbours:
        return [((title, "title"),), ((look.say("radios_nobody"), "warn"),)]
    lines: list[Line] = [((f"{title} {len(neighbours)}", "title"),)]
    known = PRESETS.get(preset or "")
    for row in neighbours:
        word, role = "", "quiet"
        if known is not None and row["snr"] is not None:
            word, role = _strength(row["snr"] - known.snr_limit_db, look)
        ago = look.say("radios_ago", age=age(now - row["heard_at"]))
        snr = "" if row["snr"] is None else f"{row['snr']:.1f} dB"
        parts: list[Span] = [
            (pad(row["name"], min(_NAME, max(width - _BESIDE_NAME, 6))), "strong"),
            (pad(ago, 12), "quiet"),
            (f"{snr:>9} ", "plain"),
            (pad(word, 8), role),
        ]
        cells = min(width - sum(cell_len(text) for text, _ in parts), _SPARK_MAX)
        if cells >= 6:
            drawn = sparkline(
                series.of(snr_of(row["id"])), look, now=now, span_s=SERIES_LIFE_S, cells=cells,
                low=_SNR[0], high=_SNR[1],
            )  # fmt: skip
            parts.append((drawn, role))
        lines.append(tuple(parts))
    words = look.say("radios_measured")
    lines += [((part, "quiet"),) for part in wrap(words, max(width, 4))]
    if known is not None:
        words = look.say("radios_margin", preset=preset)
        lines += [((part, "quiet"),) for part in wrap(words, max(width, 4))]
    return lines


def _strength(margin_db: float, look: Look) -> Span:
    """How far above the weakest that can be received."""
    if margin_db >= _STRONG_DB:
        return look.say("radios_strong"), "good"
    if margin_db >= _FAIR_DB:
        return look.say("radios_fair"), "plain"
    return look.say("radios_weak"), "warn"


def radio_members(
    members: Mapping[str, MemberRow],
    patrols: Mapping[str, PatrolRow],
    neighbours: Sequence[NeighbourRow],
    status: NodeStatus | None,
    look: Look,
    *,
    now: float,
    width: int,
) -> list[Line]:
    """Each other member: whether heard directly, the battery that they told, older keys."""
    title = look.say("radios_members").upper()
    others = [row for row in members.values() if not row["mine"]]
    if not others:
        return [((title, "title"),), ((look.say("radios_members_none"), "quiet"),)]
    direct = {row["member"] for row in neighbours}
    behind = {
        row["member"]
        for row in (
            status["epoch_behind"] if status is not None and "epoch_behind" in status else []
        )
    }
    lines: list[Line] = [((f"{title} {len(others)}", "title"),)]
    for member in sorted(others, key=lambda row: row["name"].casefold()):
        patrol = patrols.get(member["id"])
        parts: list[Span] = [(pad(member["name"], _NAME), "strong")]
        if member["number"] in direct:
            parts.append((look.say("radios_direct"), "good"))
        elif patrol is not None:
            since = age(now - patrol["last_seen"])
            parts.append((look.say("radios_relayed", age=since), "plain"))
        else:
            parts.append((look.say("radios_silent_member"), "quiet"))
        parts += _told(member, patrol, behind, look)
        lines.append(spread(parts, width, ellipsis=look.glyphs.ellipsis))
    return lines


def _told(member: MemberRow, patrol: PatrolRow | None, behind: set[int], look: Look) -> list[Span]:
    found: list[Span] = []
    if member["number"] in behind:
        found.append((look.say("radios_old_keys"), "warn"))
    charge = patrol["battery"] if patrol is not None else None
    if charge is not None:
        low = charge <= _LOW_BATTERY
        words = look.say("radios_battery_of", count=charge)
        if charge > 100:
            words = look.say("radios_mains")
        found.append((f"{words} {look.say('radios_low')}" if low else words,
                      "warn" if low else "quiet"))  # fmt: skip
    return found
