"""What `meshdefense status` says of membership, keys and organizers' decisions."""

from __future__ import annotations

from typing import Any

from meshdefense import language
from meshdefense.catalogue import tr, trn
from meshdefense.cli.output import age
from meshdefense.safe_text import clean
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["trust_rows"]


def trust_rows(node: dict[str, Any], now: float) -> list[tuple[str, str]]:
    """Label and words; first what somebody has to act on."""
    rows: list[tuple[str, str]] = []
    if node.get("revoked"):
        rows.append(
            (tr("YOU ARE OUT"), tr("the organizers revoked this membership; nothing is sent"))
        )
    if (until := node.get("suspended_until")) is not None:
        rows.append(
            (tr("SUSPENDED"), tr("for {age} more; an SOS still goes out", age=age(until - now)))
        )
    for one in node.get("warnings", []):
        reason = DECISION_REASONS.get(one["reason"]).text(language.current())
        who = clean(one["by_name"])
        rows.append(
            (
                tr("WARNING"),
                tr(
                    "{who} says that this network may be compromised: {reason}",
                    who=who,
                    reason=reason,
                ),
            )
        )
    if node.get("left_out"):
        rows.append((tr("KEYS"), tr("the newest keys were made without you: meet an organizer")))
    elif node.get("epoch", 0) < node.get("epoch_in_force", 0):
        rows.append(
            (
                tr("KEYS"),
                tr(
                    "epoch {epoch}; {next} is on its way",
                    epoch=node["epoch"],
                    next=node["epoch_in_force"],
                ),
            )
        )
    elif "epoch" in node:
        rows.append((tr("keys"), tr("epoch {epoch}", epoch=node["epoch"])))
    behind = node.get("epoch_behind", [])
    if behind:
        names = ", ".join(f"{clean(one['name'])} ({one['epoch']})" for one in behind)
        rows.append(("", tr("still on older keys: {names}", names=names)))
    if node.get("organizers") and node.get("threshold") == 1:
        rows.append(("", tr("one organizer's key alone decides in this network")))
    if pending := node.get("pending_decisions"):
        rows.append(
            (
                tr("decisions"),
                trn(
                    "{count} waits for more organizers: meshdefense roster pending",
                    "{count} wait for more organizers: meshdefense roster pending",
                    pending,
                ),
            )
        )
    return rows
