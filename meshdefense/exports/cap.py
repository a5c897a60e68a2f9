"""An alert as a CAP 1.2 message (OASIS Common Alerting Protocol), in both languages.

What an alert has become decides the message: a report is an Alert, a verified or disputed one an
Update, a closed or retracted one a Cancel. Identifiers follow from the alert, so that each of them
refers to those that this node would have written before. docs/exports.md has the mapping.
Source: https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from meshdefense.exports.geojson import POINT_M
from meshdefense.exports.incidents import ENDED, Incident
from meshdefense.exports.words import Said
from meshdefense.exports.xml_text import add, document
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, LADDER, SEVERITIES, UNITS

__all__ = ["CAP_NAMESPACE", "cap_document", "cap_name"]

CAP_NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_EVERYONE: Final = 0
_LANGUAGES: Final = {"en": "en-US", "es": "es-US"}
_SEVERITY: Final = ("Minor", "Moderate", "Severe", "Extreme")
_CERTAINTY: Final = {
    "unconfirmed": "Possible",
    "corroborated": "Likely",
    "verified": "Observed",
    "disputed": "Unknown",
    "retracted": "Unlikely",
}
"""Of what is over, what it was before."""
_CATEGORY: Final = {
    "enforcement": "Security",
    "checkpoint": "Transport",
    "detained": "Security",
    "crowd": "Safety",
    "threat": "Security",
    "violence": "Security",
    "fire": "Fire",
    "flood": "Met",
    "storm-damage": "Met",
    "power-out": "Infra",
    "road-blocked": "Transport",
    "hazard": "Safety",
    "medical": "Health",
    "missing-person": "Rescue",
}
"""By kind; of the others Other."""
_RESTRICTION: Final = "For the members of this network."
_AREA: Final = Said("a cell of {size} m", "una celda de {size} m")
_HEADLINE: Final = Said("{drill}{kind}: {state}", "{drill}{kind}: {state}")
_DRILL: Final = Said("DRILL: ", "SIMULACRO: ")
_COUNT: Final = Said("how many: {count}", "cuántos: {count}")


def cap_name(one: Incident) -> str:
    """Name of the message's file in an archive."""
    return f"{one.id}-{_number(one)}.xml"


def cap_document(one: Incident, status: Mapping[str, Any], *, named: bool) -> str:
    """The message. `named` puts the network's name in; its id's beginning is always there."""
    sender = f"{str(status['network_id'])[:8]}.meshdefense.invalid"
    number = _number(one)
    root = ET.Element("alert", {"xmlns": CAP_NAMESPACE})
    add(root, "identifier", f"{one.id}-{number}")
    add(root, "sender", sender)
    add(root, "sent", _time(_sent(one, number)))
    add(root, "status", "Exercise" if one.drill else "Actual")
    add(root, "msgType", {1: "Alert", 2: "Update", 3: "Cancel"}[number])
    public = one.scope == _EVERYONE and one.broadcast_at is not None
    add(root, "scope", "Public" if public else "Restricted")
    if not public:
        add(root, "restriction", _RESTRICTION)
    if one.drill:
        add(root, "note", "DRILL: an exercise. SIMULACRO.")
    earlier = [n for n in (1, 2) if n < number and (n == 1 or one.verified_at is not None)]
    if earlier:
        refs = (f"{sender},{one.id}-{n},{_time(_sent(one, n))}" for n in earlier)
        add(root, "references", " ".join(refs))
    name = str(status["network"]) if named else ""
    for language in _LANGUAGES:
        _info(root, one, language, name)
    return document(root)


def _number(one: Incident) -> int:
    """Which message of the alert this is: 1 the report, 2 what was found, 3 its end."""
    if one.state in ENDED:
        return 3
    return 2 if one.state == "disputed" or one.verified_at is not None else 1


def _sent(one: Incident, number: int) -> float:
    judged_at = one.judged_at if one.verified_at is None else one.verified_at
    later = {2: judged_at, 3: one.ended_at}.get(number)
    return one.reported_at if later is None else later


def _time(at: float) -> str:
    """As the schema wants it: -00:00 is UTC, Z is not allowed."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _info(root: ET.Element, one: Incident, language: str, name: str) -> None:
    info = add(root, "info")
    kind, state = KINDS.get(one.kind), LADDER.get(LADDER.code(one.state))
    add(info, "language", _LANGUAGES[language])
    add(info, "category", _CATEGORY.get(kind.key, "Other"))
    add(info, "event", kind.text(language))
    if one.state == "closed":
        add(info, "responseType", "AllClear")
    add(info, "urgency", _urgency(one))
    add(info, "severity", _SEVERITY[one.severity])
    add(info, "certainty", _certainty(one))
    if one.observed_at is not None:
        add(info, "onset", _time(one.observed_at))
    add(info, "expires", _time(one.expires_at))
    if name:
        add(info, "senderName", name)
    drill = _DRILL.text(language) if one.drill else ""
    headline = _HEADLINE.text(
        language, drill=drill, kind=kind.text(language), state=state.text(language)
    )
    add(info, "headline", headline)
    add(info, "description", _description(one, language))
    _area(info, one, language)


def _urgency(one: Incident) -> str:
    if one.state in (*ENDED, "expired"):
        return "Past"
    if one.state in ("verified", "corroborated"):
        return "Immediate" if one.severity >= SEVERITIES.code("high") else "Expected"
    return "Unknown"


def _certainty(one: Incident) -> str:
    known = _CERTAINTY.get(one.state)
    if known is not None:
        return known
    return "Observed" if one.verified_at is not None else "Possible"


def _description(one: Incident, language: str) -> str:
    words = [SEVERITIES.get(one.severity).text(language)]
    if one.count:
        words.append(_COUNT.text(language, count=one.count))
    if one.activity:
        words.append(ACTIVITIES.get(one.activity).text(language))
    if one.unit:
        words.append(UNITS.get(one.unit).text(language))
    words += [EQUIPMENT.get(code).text(language) for code in one.equipment]
    words.append(one.reporter)
    if one.note:
        words.append(one.note)
    return "; ".join(words)


def _area(info: ET.Element, one: Incident, language: str) -> None:
    if one.cell is None:
        return
    area = add(info, "area")
    add(area, "areaDesc", _AREA.text(language, size=one.cell.size_m))
    if one.cell.size_m <= POINT_M:
        lat, lon = one.cell.centre
        add(area, "circle", f"{lat:.6f},{lon:.6f} {one.cell.radius_m / 1000:.3f}")
        return
    for south, west, north, east in one.cell.halves():
        corners = ((south, west), (south, east), (north, east), (north, west), (south, west))
        add(area, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lat, lon in corners))
