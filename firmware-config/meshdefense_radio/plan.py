"""The difference between what a radio is and what it shall be, as data.

The same comparison says what `apply` would change, and proves afterwards that it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshdefense_radio.checks import problems_of
from meshdefense_radio.desired import Desired, fitted
from meshdefense_radio.fields import (
    CONFIG,
    MODULES,
    Fields,
    config_message,
    fields_of,
    modules_message,
)
from meshdefense_radio.keys import counted, is_public_channel_key, mark, spoken
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.wording import Problem, Severity, Words

__all__ = ["FIXED_POSITION", "SECRETS", "Change", "Plan", "differences", "plan"]

SECRETS: Final = frozenset({"psk", "wifi_psk", "private_key", "password"})
"""Fields whose value never appears; `admin_key` and `public_key` are public."""
FIXED_POSITION: Final = "fixed_position"
"""The path of the change that takes a fixed position out of a radio."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that is not as it shall be."""

    path: str
    """As in config.lora.hop_limit, modules.mqtt.enabled, owner.long_name,
    channels[0].settings.psk, canned_messages, fixed_position."""
    now: Any
    """As the radio has it; of a secret only what may be said of it."""
    then: Any
    """As it shall be; of a secret only what may be said of it."""
    secret: bool
    reason: Words | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What `apply` would do to a radio."""

    radio: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]

    @property
    def blocked(self) -> bool:
        """Something has to be put right before anything may be written."""
        return any(problem.severity is Severity.STOP for problem in self.problems)


def differences(state: RadioState, desired: Desired) -> tuple[Change, ...]:
    """Every decided setting that the radio has otherwise; empty when all is right."""
    return tuple(_differences(state, fitted(desired, state)))


def plan(state: RadioState, desired: Desired) -> Plan:
    """The changes, and what a person has to know before they are made."""
    return Plan(desired.radio, differences(state, desired), problems_of(state, desired))


def _differences(state: RadioState, desired: Desired) -> Iterator[Change]:
    pairs: list[tuple[str, Fields, Fields]] = [("owner", state.owner, desired.owner)]
    # a section that the radio did not tell is one that its firmware does not know: all defaults
    no_config, no_modules = fields_of(config_message()), fields_of(modules_message())
    pairs += [
        (f"{CONFIG}.{name}", state.config.get(name, no_config[name]), then)
        for name, then in desired.config.items()
    ]
    pairs += [
        (f"{MODULES}.{name}", state.modules.get(name, no_modules[name]), then)
        for name, then in desired.modules.items()
    ]
    for index, then in enumerate(desired.channels):
        has = state.channels[index] if index < len(state.channels) else {}
        pairs.append((f"channels[{index}]", has, then))
    for path, now, then in pairs:
        yield from _compared(path, now, then, desired)
    yield from _texts(state, desired)
    if state.fixed_position is not None:
        reason = desired.why(f"{CONFIG}.position.fixed_position")
        yield Change(FIXED_POSITION, True, False, False, reason)


def _compared(path: str, now: Fields, then: Fields, desired: Desired) -> Iterator[Change]:
    for name, wanted in then.items():
        below = f"{path}.{name}"
        has = now.get(name)
        if isinstance(wanted, Mapping):
            yield from _compared(below, has if isinstance(has, Mapping) else {}, wanted, desired)
        elif has != wanted:
            yield _change(below, name, has, wanted, desired)


def _change(path: str, name: str, now: Any, then: Any, desired: Desired) -> Change:
    if name in SECRETS:
        return Change(path, _said(now, name), _said(then, name), True, desired.why(path))
    return Change(path, _plain(now), _plain(then), False, desired.why(path))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; of a public key its mark."""
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    return mark(value, "radio") if isinstance(value, bytes) else value


def _said(value: Any, name: str) -> str:
    """What may be said of a secret."""
    if isinstance(value, str):
        value = value.encode()
    if not isinstance(value, bytes):
        return spoken(b"")
    if name == "psk" and value and is_public_channel_key(value):
        return f"{counted(value)} (public)"
    return spoken(value)


def _texts(state: RadioState, desired: Desired) -> Iterator[Change]:
    wanted = desired.canned_messages
    has = state.canned_messages
    if wanted is not None and has is not None and has != wanted:  # None: it has no such module
        reason = desired.why("canned_messages")
        yield Change("canned_messages", has, wanted, False, reason)
