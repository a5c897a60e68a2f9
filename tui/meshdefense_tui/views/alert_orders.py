"""Which keys do something about an alert, and why the others do not. Pure."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.alert_rights import why_not
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.look import Look
from meshdefense_tui.model import Model
from meshdefense_tui.text_fit import wrap

__all__ = ["DETAIL_KEYS", "QUEUE_KEYS", "WINDOW_KEYS", "order_lines"]

Keys = tuple[tuple[str, str, str], ...]
"""Key, key of the phrase, and the order as in alert_rights; "" where anybody may."""

WINDOW_KEYS: Final[Keys] = (
    ("v", "key_verdict", "verdict"),
    ("x", "key_retract", "retract"),
    ("a", "key_ack", ""),
)
DETAIL_KEYS: Final[Keys] = (
    *WINDOW_KEYS,
    (">", "key_assign", "assign"),
    ("R", "key_respond", "respond"),
    ("b", "key_broadcast", "broadcast"),
    ("!", "key_escalate", "escalate"),
    ("=", "key_close", "close"),
    ("+", "key_add", "add"),
    ("d", "key_same", ""),
    ("m", "key_message", "message"),
)
QUEUE_KEYS: Final[Keys] = (
    ("v", "key_confirm", "verdict"),
    ("n", "key_nothing", "verdict"),
    ("e", "key_something", "verdict"),
    ("u", "key_unsure", "verdict"),
    *DETAIL_KEYS[1:],
)


def order_lines(keys: Keys, row: AlertRow, model: Model, look: Look, width: int) -> list[Line]:
    """The keys that do something, then those that do not, each with its reason."""
    spans: list[tuple[Span, Span]] = []
    refused: dict[str, list[tuple[str, str]]] = {}
    for key, words, order in keys:
        if order == "retract" and not row["mine"]:
            continue  # nobody expects to take back what somebody else has said
        reason = why_not(order, row, model, look) if order else ""
        if reason:
            refused.setdefault(reason, []).append((key, look.say(words)))
        else:
            spans.append(((key, "key"), (f" {look.say(words)}", "plain")))
    lines = _packed(spans, width)
    for reason, found in refused.items():
        text = ", ".join(f"{key} {words}" for key, words in found)
        lines += [((part, "quiet"),) for part in wrap(f"({text}: {reason})", width)]
    return lines


def _packed(spans: list[tuple[Span, Span]], width: int) -> list[Line]:
    lines: list[list[Span]] = [[]]
    used = 0
    for key, words in spans:
        size = cell_len(key[0]) + cell_len(words[0])
        if used and used + 3 + size > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append(("   ", "plain"))
            used += 3
        lines[-1] += [key, words]
        used += size
    return [tuple(line) for line in lines if line]
