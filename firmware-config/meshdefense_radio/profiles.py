"""Profiles: what is decided for a radio by its job, and why.

Data: `profiles/common.yaml` holds for every job, `profiles/JOB.yaml` changes or adds to it,
`profiles/left.yaml` names what is left to the radio. Every single setting of a radio stands in
one of the two, which a test demands of the protobufs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from meshdefense_radio.jobs import Job
from meshdefense_radio.package_data import read_yaml
from meshdefense_radio.wording import Words

__all__ = ["FromNetwork", "Job", "Profile", "Setting", "left_to_the_radio", "profile"]


@dataclass(frozen=True, slots=True)
class FromNetwork:
    """Stands for a value that the network file gives."""

    what: str
    """One of region, preset, hop_limit, slot, power, name, short, channel, key, admin_keys."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One decided setting."""

    path: str
    """config.SECTION.FIELD, modules.SECTION.FIELD, owner.FIELD or channel.FIELD."""
    value: Any
    """As `fields.fields_of` would give it, or FromNetwork."""
    why: Words
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is decided for one job."""

    job: Job
    purpose: Words
    settings: Mapping[str, Setting]
    """By path, in the order of the files."""
    canned_messages: Words | None
    """Short texts of a radio that is used without a computer; None: left to the radio."""

    def why(self, path: str) -> Words | None:
        """Why a setting is as it is; None for one that is not decided."""
        found = self.settings.get(path)
        return None if found is None else found.why


@cache
def profile(job: Job) -> Profile:
    """The profile of a job."""
    own = read_yaml("profiles", f"{job.value}.yaml")
    settings = {
        setting.path: setting
        for data in (read_yaml("profiles", "common.yaml"), own)
        for setting in _settings(data)
    }
    canned = Words(**own["canned_messages"]) if "canned_messages" in own else None
    return Profile(job, Words(**own["purpose"]), settings, canned)


@cache
def left_to_the_radio() -> dict[str, Words]:
    """What no profile decides, by path, with the reason."""
    return {
        path: Words(group["why"]["en"], group["why"]["es"])
        for group in read_yaml("profiles", "left.yaml")
        for path in group["settings"]
    }


def _settings(data: Mapping[str, Any]) -> Iterator[Setting]:
    for section, fields in data["settings"].items():
        for name, entry in fields.items():
            value = entry["value"] if "value" in entry else FromNetwork(entry["network"])
            if isinstance(value, list):
                value = tuple(value)
            yield Setting(f"{section}.{name}", value, Words(**entry["why"]), entry["source"])
