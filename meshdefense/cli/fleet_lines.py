"""Rows of a fleet as lines for people, and as JSON. No key is ever among them."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from meshdefense import language
from meshdefense.catalogue import N_, tr, trn
from meshdefense.provisioning.drift_words import drift_words
from meshdefense.provisioning.overview import RadioRow, State
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["grouped", "job_word", "key_lines", "keys_json", "moment_text", "overview_lines",
           "row_json"]  # fmt: skip

_STATES: Final = {
    State.LOST: N_("LOST"),
    State.FORMER: N_("not in network.yaml any more, but holds its keys: {channels}"),
    State.UNFINISHED: N_("UNFINISHED: write it again"),
    State.DAMAGED: N_("PROOF DAMAGED: write it again, or fleet forget"),
    State.NOT_YET: N_("not yet"),
    State.KEY_OLD: N_("OLD KEY: {what}"),
    State.DRIFT: N_("differs: {what}"),
    State.CHANGED: N_("wants to be written again: the network file changed"),
    State.PROVEN: N_("proven {when}"),
}


def overview_lines(network: str, rows: Sequence[RadioRow]) -> list[str]:
    """A line for each radio, and how many stand how."""
    name_width = max((len(row.name) for row in rows), default=0)
    job_width = max((len(job_word(row.job)) for row in rows), default=0)
    lines = [tr("Radios of {network}:", network=clean(network))]
    for row in rows:
        holder = f"  {clean(row.member)}" if row.member else ""
        text = tr(
            _STATES[row.state],
            what=", ".join(map(clean, row.old_keys or map(drift_words, row.drift))),
            when=moment_text(row.proven_at),
            channels=", ".join(map(clean, row.held)),
        )
        name, job = clean(row.name), job_word(row.job)
        lines.append(f"  {name:<{name_width}}  {job:<{job_width}}  {text}{holder}")
    proven = Counter(row.state for row in rows)[State.PROVEN]
    lines.append(
        trn("{proven} of {count} radio is proven.", "{proven} of {count} radios are proven.",
            len(rows), proven=proven)
    )  # fmt: skip
    return lines


def row_json(row: RadioRow) -> dict[str, Any]:
    """A row for programs."""
    number = None if row.node_number is None else f"!{row.node_number:08x}"
    return {**dataclasses.asdict(row), "state": row.state.value, "node": number}


def key_lines(fleet: Fleet) -> list[str]:
    """Fingerprints of the keys in force, and of old ones that some radio may still hold."""
    in_force = fleet.fingerprints()
    width = max((len(name) for name in in_force), default=0)
    lines = [tr("Fingerprints of the channels' keys (the keys themselves are never shown):")]
    lines += [f"  {clean(name):<{width}}  {grouped(one)}" for name, one in in_force.items()]
    for old in fleet.ring.old:
        lines.append(
            tr("  {channel}: old key {fingerprint}, kept until no radio has it any more",
               channel=clean(old.channel), fingerprint=grouped(old.fingerprint))
        )  # fmt: skip
    return lines


def keys_json(fleet: Fleet) -> dict[str, Any]:
    """The same for programs."""
    return {
        "channels": fleet.fingerprints(),
        "old": [
            {"channel": one.channel, "fingerprint": one.fingerprint, "until": one.until,
             "because": one.because}
            for one in fleet.ring.old
        ],
    }  # fmt: skip


def grouped(fingerprint: str) -> str:
    """A fingerprint in groups of four, to be read aloud."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def job_word(job: str) -> str:
    """A job's name in the language in use."""
    from meshdefense_radio.jobs import Job

    return Job(job).words.said(language.current())


def moment_text(moment: int | None) -> str:
    """A time in the local zone, to the minute; a dash for none."""
    if moment is None:
        return "-"
    return datetime.datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M")
