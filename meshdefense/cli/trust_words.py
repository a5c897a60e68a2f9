"""What `meshdefense status` says of membership, keys and organizers' decisions."""

from __future__ import annotations

from typing import Any

from meshdefense.cli.output import age
from meshdefense.safe_text import clean
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["trust_rows"]


def trust_rows(node: dict[str, Any], now: float) -> list[tuple[str, str]]:
    """Label and words; first what somebody has to act on."""
    rows: list[tuple[str, str]] = []
    if node.get("revoked"):
        rows.append(("YOU ARE OUT", "the organizers revoked this membership; nothing is sent"))
    if (until := node.get("suspended_until")) is not None:
        rows.append(("SUSPENDED", f"for {age(until - now)} more; an SOS still goes out"))
    for one in node.get("warnings", []):
        reason = DECISION_REASONS.get(one["reason"]).en
        who = clean(one["by_name"])
        rows.append(("WARNING", f"{who} says that this network may be compromised: {reason}"))
    if node.get("left_out"):
        rows.append(("KEYS", "the newest keys were made without you: meet an organizer"))
    elif node.get("epoch", 0) < node.get("epoch_in_force", 0):
        rows.append(("KEYS", f"epoch {node['epoch']}; {node['epoch_in_force']} is on its way"))
    elif "epoch" in node:
        rows.append(("keys", f"epoch {node['epoch']}"))
    behind = node.get("epoch_behind", [])
    if behind:
        names = ", ".join(f"{clean(one['name'])} ({one['epoch']})" for one in behind)
        rows.append(("", f"still on older keys: {names}"))
    if node.get("organizers") and node.get("threshold") == 1:
        rows.append(("", "one organizer's key alone decides in this network"))
    if pending := node.get("pending_decisions"):
        rows.append(
            ("decisions", f"{pending} wait for more organizers: meshdefense roster pending")
        )
    return rows
