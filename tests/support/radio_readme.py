"""Write the tables of firmware-config/README.md from the package's data, or compare with --check.

    python tests/support/radio_readme.py [--check]

The text around them is written by hand; each table stands between two marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from meshdefense_radio.desired import CANNED_MESSAGES_WHY
from meshdefense_radio.jobs import Job
from meshdefense_radio.profiles import FromNetwork, Profile, Setting, left_to_the_radio, profile
from meshdefense_radio.regions import refused_regions, regions

PAGE = Path(__file__).resolve().parents[2] / "firmware-config" / "README.md"
OF_NETWORK = {
    "name": "the radio's `name`",
    "short": "the radio's `short`",
    "region": "`region`",
    "preset": "`preset`",
    "hop_limit": "`hop_limit`",
    "slot": "`slot`, else by the primary channel's name",
    "power": "the region's limit in dBm",
    "admin_keys": "`admin_keys`",
    "channel": "`channels`",
    "key": "the channel's sealed key",
}


def told(value: Any) -> str:
    """A value for people."""
    if isinstance(value, FromNetwork):
        return OF_NETWORK[value.what]
    if isinstance(value, bool):
        return "on" if value else "off"
    if value in ((), ""):
        return "empty"
    return str(value)


def row(path: str, value: str, why: str, source: str) -> str:
    """One row of the table of settings."""
    return f"| `{path}` | {value} | {why} | {source} |"


def source_of(setting: Setting) -> str:
    """Where the effect can be read."""
    return ", ".join(f"`{name}`" if "/" in name else name for name in setting.source.split(", "))


def settings_table() -> str:
    """What is decided, job by job where jobs differ."""
    profiles = {job: profile(job) for job in Job}
    lines = ["| setting | value | why | source |", "| --- | --- | --- | --- |"]
    for path in profiles[Job.PATROL].settings:
        for setting, jobs in variants(path, profiles):
            value = told(setting.value)
            if jobs:
                value += f" ({', '.join(job.value for job in jobs)})"
            lines.append(row(path, value, setting.why.en, source_of(setting)))
    for job, known in profiles.items():
        if known.canned_messages is not None:
            text = known.canned_messages.en.replace("|", " / ")
            lines.append(row("canned_messages", f"{text} ({job.value}; in the network's language)",
                             CANNED_MESSAGES_WHY.en, "choice"))  # fmt: skip
    return "\n".join(lines)


def variants(path: str, profiles: dict[Job, Profile]) -> Iterable[tuple[Setting, list[Job]]]:
    """Each different decision on a setting, with its jobs; none named where all agree."""
    found: dict[Setting, list[Job]] = {}
    for job, known in profiles.items():
        found.setdefault(known.settings[path], []).append(job)
    if len(found) == 1:
        return [(next(iter(found)), [])]
    return found.items()


def left_table() -> str:
    """What is left to the radio, by reason."""
    reasons: dict[str, list[str]] = {}
    for path, why in left_to_the_radio().items():
        reasons.setdefault(why.en, []).append(f"`{path}`")
    lines = ["| why | settings |", "| --- | --- |"]
    return "\n".join(lines + [f"| {why} | {', '.join(paths)} |" for why, paths in reasons.items()])


def regions_table() -> str:
    """The regions with their limits."""
    lines = [
        "| region | where | MHz | air time | dBm | regulation | remark |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for region in regions().values():
        remarks = [] if region.fit else ["**refused**"]
        remarks += [region.remark.en] if region.remark else []
        remarks += [f"needs firmware {region.firmware}"] if region.firmware else []
        cells = (
            region.name,
            region.words.en,
            f"{region.from_mhz:g} to {region.to_mhz:g}",
            f"{region.duty_cycle * 100:g} %",
            str(region.power_dbm),
            region.law.en if region.law else "",
            "; ".join(remarks),
        )
        lines.append("| " + " | ".join(cells) + " |")
    for name, why in refused_regions().items():
        lines.append(f"| {name} | | | | | | **refused**: {why.en} |")
    return "\n".join(lines)


def jobs_table() -> str:
    """What each job is."""
    lines = ["| job | the radio |", "| --- | --- |"]
    return "\n".join(lines + [f"| `{job.value}` | {profile(job).purpose.en} |" for job in Job])


TABLES: dict[str, Callable[[], str]] = {
    "jobs": jobs_table,
    "settings": settings_table,
    "left": left_table,
    "regions": regions_table,
}


def page(text: str) -> str:
    """The page with its tables as they should be."""
    for name, table in TABLES.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.S)
        parts = marks.split(text)
        if len(parts) != 4:
            raise ValueError(f"the marks of {name} have to stand in {PAGE.name} once")
        text = f"{parts[0]}{parts[1]}{table()}\n{parts[2]}{parts[3]}"
    return text


def main() -> int:
    """Write the page, or say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    if "--check" in sys.argv:
        return 0 if made == text else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
