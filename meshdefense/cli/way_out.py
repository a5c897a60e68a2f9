"""Ways out of what no other try helps with, in the language of the environment."""

from __future__ import annotations

from typing import Final

from meshdefense.storage.errors import IncarnationsSpentError, StorageError
from meshdefense_protocol.limits import LIVES_MAX

__all__ = ["way_out"]

_SPENT: Final = (
    (
        "This node's numbers are used up: its folder was put back or recovered {count} times. "
        "Others would take what it says for a repetition, so it does not start. Nothing was lost.",
        "Get a new number at the organizers' table, with another handle: "
        "meshdefense member request --data NEW-FOLDER --handle NAME, then member join. "
        "Ask them to revoke the old one.",
    ),
    (
        "Los números de este nodo se agotaron: su carpeta se repuso o recuperó {count} veces. "
        "Los demás tomarían lo que diga por una repetición, así que no arranca. No se perdió nada.",
        "Pida un número nuevo en la mesa de organizadores, con otro alias: "
        "meshdefense member request --data CARPETA-NUEVA --handle ALIAS, luego member join. "
        "Pida que den de baja el viejo.",
    ),
)


def way_out(error: StorageError, language: str) -> tuple[str, str]:
    """What is wrong and what to do, for `complain`; `language` is "en" or "es"."""
    if isinstance(error, IncarnationsSpentError):
        sentence, hint = _SPENT[language == "es"]
        return sentence.format(count=LIVES_MAX), hint
    return str(error), ""
