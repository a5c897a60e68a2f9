"""What exported files say, in English and Spanish; codes have theirs in the protocol's lists."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["COLUMNS", "MEMO", "ROLES", "STEPS", "TIMES", "Said", "listed", "minutes", "role_word"]


class Said(NamedTuple):
    """One text in both languages."""

    en: str
    es: str

    def text(self, language: str, /, **values: object) -> str:
        """In `language` ("en" or "es"), with its values; English for any other."""
        said = self.es if language == "es" else self.en
        return said.format(**values) if values else said


COLUMNS: Final = {
    "id": Said("id", "id"),
    "kind": Said("kind", "tipo"),
    "severity": Said("severity", "gravedad"),
    "state": Said("state", "estado"),
    "drill": Said("drill", "simulacro"),
    "reported": Said("reported (UTC)", "informado (UTC)"),
    "observed": Said("observed (UTC)", "observado (UTC)"),
    "verified": Said("verified (UTC)", "verificado (UTC)"),
    "broadcast": Said("broadcast (UTC)", "difundido (UTC)"),
    "ended": Said("ended (UTC)", "terminado (UTC)"),
    "expires": Said("expires (UTC)", "caduca (UTC)"),
    "time_uncertain": Said("time uncertain", "hora dudosa"),
    "count": Said("count", "cuántos"),
    "activity": Said("activity", "actividad"),
    "unit": Said("unit class", "clase de unidad"),
    "equipment": Said("equipment", "equipo"),
    "lat": Said("latitude of the cell's centre", "latitud del centro de la celda"),
    "lon": Said("longitude of the cell's centre", "longitud del centro de la celda"),
    "cell": Said("size of the cell (m)", "tamaño de la celda (m)"),
    "reporter": Said("reported by", "informado por"),
    "confirmed_by": Said("confirmed by", "confirmado por"),
    "note": Said("note", "nota"),
}
"""Columns of the table, in their order."""

ROLES: Final = {
    "organizer": Said("organizer", "organizador"),
    "dispatch": Said("dispatch", "despacho"),
    "verifier": Said("verifier", "verificador"),
    "responder": Said("responder", "respuesta"),
    "patrol": Said("patrol", "patrulla"),
    "reporter": Said("reporter", "informante"),
    "recipient": Said("recipient", "destinatario"),
    "relay": Said("relay", "repetidor"),
    "": Said("former member", "antiguo miembro"),
}
"""The first that a member has stands for them: all together would often be one person."""

STEPS: Final = {
    "dispatched": Said("somebody sent to look", "alguien enviado a mirar"),
    "verdict": Said("first verdict", "primer veredicto"),
    "verified": Said("verified", "verificado"),
    "broadcast": Said("wide alarm", "alarma general"),
    "on_scene": Said("first responder on scene", "primera persona de respuesta en el lugar"),
    "closed": Said("closed", "cerrado"),
}
"""What follows a report, in order; each is timed from the report."""

TIMES: Final = {
    "title": Said("After-action times", "Tiempos de la respuesta"),
    "real": Said("Alerts", "Alertas"),
    "drills": Said("DRILLS", "SIMULACROS"),
    "step": Said("from the report to", "desde el informe hasta"),
    "n": Said("alerts", "alertas"),
    "median": Said("median", "mediana"),
    "p90": Said("90 of 100 within", "90 de 100 en"),
    "none": Said("No alerts in this time.", "Ninguna alerta en este tiempo."),
    "yardstick": Said(
        "On scene within 5 minutes: {five} of {all}; within 7 minutes: {seven} of {all}.",
        "En el lugar en 5 minutos: {five} de {all}; en 7 minutos: {seven} de {all}.",
    ),
    "aim": Said(
        "The networks' own yardstick is 5 to 7 minutes to any place.",
        "La medida de las propias redes: de 5 a 7 minutos a cualquier lugar.",
    ),
    "nobody": Said("Nobody said that they were on scene.", "Nadie dijo que estaba en el lugar."),
    "uncertain": Said(
        "Left out, as a clock was wrong: {count}.",
        "Sin contar, porque un reloj iba mal: {count}.",
    ),
    "incomplete": Said(
        "This node keeps items for a day: the times before {since} UTC are not complete.",
        "Este nodo guarda los datos un día: antes de {since} UTC los tiempos no están completos.",
    ),
}

MEMO: Final = {
    "title": Said("Daily memo", "Resumen del día"),
    "period": Said("{since} to {until} UTC", "de {since} a {until} UTC"),
    "confirmed_one": Said("1 confirmed incident.", "1 incidente confirmado."),
    "confirmed": Said("{count} confirmed incidents.", "{count} incidentes confirmados."),
    "none": Said("No confirmed incidents.", "Ningún incidente confirmado."),
    "quiet": Said(
        "That nothing was confirmed does not mean that nothing happened.",
        "Que nada se confirmara no quiere decir que no pasara nada.",
    ),
    "others": Said("Reports that were not confirmed: {count}.", "Informes sin confirmar: {count}."),
    "list": Said("Incidents", "Incidentes"),
    "more": Said("... and {count} more.", "... y {count} más."),
    "within": Said("within {size} around {lat} {lon}", "en {size} alrededor de {lat} {lon}"),
    "no_place": Said("no place", "sin lugar"),
    "verified_after": Said("verified after {time}", "verificado a los {time}"),
    "on_scene_after": Said("first on scene after {time}", "primera persona allí a los {time}"),
    "median": Said(
        "Median from report to verified: {time} ({count}).",
        "Mediana del informe a verificado: {time} ({count}).",
    ),
    "people": Said(
        "Holds no names and no exact places. Best effort by neighbours; not complete.",
        "No lleva nombres ni lugares exactos. Hecho por vecinos lo mejor posible; no es completo.",
    ),
}


def role_word(roles: list[str], language: str) -> str:
    """One word for a member with these roles."""
    name = next((name for name in ROLES if name in roles), "")
    return ROLES[name].text(language)


def minutes(seconds: float) -> str:
    """A duration as minutes and seconds, "6:40", or with hours, "1:06:40"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{rest // 60}:{rest % 60:02}"


def listed(names: list[str]) -> str:
    """Names side by side."""
    return "; ".join(names)
