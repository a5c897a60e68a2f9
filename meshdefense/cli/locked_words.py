"""What a locked node says on the command line, in the language of the environment."""

from __future__ import annotations

import math
from typing import Any, Final

__all__ = ["locked_rows", "refusal_words"]

_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "node": ("node", "nodo"),
    "locked": (
        "locked: counts only; `meshdefense unlock` shows the rest",
        "bloqueado: solo cifras; `meshdefense unlock` muestra lo demás",
    ),
    "wait": ("the next passphrase is looked at in {count} s",
             "la próxima contraseña se mira en {count} s"),
    "sos": ("SOS", "SOS"),
    "verified": ("verified", "verificadas"),
    "unconfirmed": ("not verified", "sin verificar"),
    "unread": ("for you", "para usted"),
    "unread_words": ("{count} not acknowledged by you", "{count} sin acuse de usted"),
    "items": ("items", "mensajes"),
    "items_words": ("{count} stored", "{count} guardados"),
    "waiting": ("waiting", "en espera"),
    "waiting_words": ("{count} of your own not yet heard", "{count} propios aún no oídos"),
    "store": ("store", "almacén"),
    "wrong_passphrase": ("Wrong passphrase.", "Contraseña incorrecta."),
    "too_soon": (
        "This passphrase was not looked at: wrong ones came before.",
        "Esta contraseña no se miró: antes hubo otras incorrectas.",
    ),
}  # fmt: skip
_REFUSALS: Final = {"wrong_passphrase": "wrong_passphrase", "wait": "too_soon"}


def _say(phrase: str, spoken: str, count: float = 0) -> str:
    return _PHRASES[phrase][spoken == "es"].format(count=math.ceil(count))


def locked_rows(status: dict[str, Any], spoken: str) -> list[tuple[str, str]]:
    """Label and words of the `status` row of a locked daemon; `spoken` is "en" or "es"."""
    counts = status["counts"]
    rows = [(_say("node", spoken), _say("locked", spoken))]
    if (wait_s := status.get("unlock_wait_s", 0.0)) > 0:
        rows.append(("", _say("wait", spoken, wait_s)))
    rows += [(_say(name, spoken), str(counts[name])) for name in ("sos", "verified", "unconfirmed")]
    return [
        *rows,
        (_say("unread", spoken), _say("unread_words", spoken, counts["unread"])),
        (_say("items", spoken), _say("items_words", spoken, status["items"])),
        (_say("waiting", spoken), _say("waiting_words", spoken, status["outbox"])),
        (_say("store", spoken), status["store"]),
    ]


def refusal_words(code: str, spoken: str) -> str | None:
    """The sentence for a passphrase that did not unlock; None for any other error."""
    return _say(_REFUSALS[code], spoken) if code in _REFUSALS else None
