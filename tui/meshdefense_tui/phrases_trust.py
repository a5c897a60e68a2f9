"""Phrases of lock, panic, calls for help and warnings, in English and Spanish."""

from __future__ import annotations

from typing import Final

__all__ = ["TRUST_PHRASES"]

TRUST_PHRASES: Final[dict[str, tuple[str, str]]] = {
    # lock
    "locked": ("LOCKED", "BLOQUEADO"),
    "lock_sos": ("SOS", "SOS"),
    "lock_verified": ("verified alerts", "alertas verificadas"),
    "lock_unconfirmed": ("not verified", "sin verificar"),
    "lock_unread": ("not acknowledged by you", "sin acuse de usted"),
    "lock_unknown": ("asking the daemon ...", "consultando al servicio ..."),
    "lock_passphrase": ("passphrase", "contraseña"),
    "lock_checking": ("checking ...", "comprobando ..."),
    "lock_wrong": ("wrong passphrase", "contraseña incorrecta"),
    "lock_wait": ("next try in {count} s", "próximo intento en {count} s"),
    "lock_hint": ("Enter unlocks", "Enter desbloquea"),
    "lock_keys": (
        "Ctrl+G call for help   Ctrl+X three times: panic",
        "Ctrl+G pedir ayuda   Ctrl+X tres veces: pánico",
    ),
    "lock_refused": ("NOT LOCKED: {reason}", "NO BLOQUEADO: {reason}"),
    # panic
    "panic_count": (
        "PANIC {count} of {of}: Ctrl+X again destroys all",
        "PÁNICO {count} de {of}: otra vez Ctrl+X lo borra todo",
    ),
    "panic_drill_offer": ("r rehearses", "r ensaya"),
    "panic_cancel": ("any other key: no", "otra tecla: no"),
    "panic_drill_count": (
        "REHEARSAL {count} of {of}: Ctrl+X three times",
        "ENSAYO {count} de {of}: Ctrl+X tres veces",
    ),
    "panic_after": ("Nothing to do.", "Nada que hacer."),
    "panic_failed": (
        "No answer. Switch this computer off.",
        "Sin respuesta. Apague este equipo.",
    ),
    "rehearsal": ("REHEARSAL", "ENSAYO"),
    "rehearsal_nothing": (
        "Nothing was changed. Your three presses took {seconds} s.",
        "No se cambió nada. Sus tres pulsaciones tardaron {seconds} s.",
    ),
    "rehearsal_seconds": (
        "The real one would take about {seconds} s, and up to 1 s for the radio.",
        "El real tardaría unos {seconds} s, y hasta 1 s para el radio.",
    ),
    "rehearsal_goes": ("would be destroyed", "se destruiría"),
    "rehearsal_first": ("overwritten first", "sobrescrito antes"),
    "rehearsal_none": ("nothing: there is no node", "nada: no hay nodo"),
    "rehearsal_stays": ("not ours, stays: {names}", "ajeno, queda: {names}"),
    "rehearsal_radio": (
        "The radio would be reset to factory settings.",
        "El radio volvería a su estado de fábrica.",
    ),
    "rehearsal_no_radio": ("No radio is ready to be reset.", "No hay radio que restablecer."),
    "rehearsal_flash": (
        "Old copies may survive in flash memory; then only the passphrase keeps them shut.",
        "En la memoria flash pueden quedar copias; entonces solo las guarda la contraseña.",
    ),
    "rehearsal_hint": ("any key closes", "cualquier tecla cierra"),
    # calls for help
    "sos_title": ("CALL FOR HELP", "PEDIDO DE AYUDA"),
    "sos_in": ("SOS goes out in {count} s", "El SOS sale en {count} s"),
    "sos_any_key": (
        "any key but Ctrl+G takes it back",
        "cualquier tecla menos Ctrl+G lo anula",
    ),
    "sos_sending": ("handing it to the daemon ...", "entregándolo al servicio ..."),
    "sos_stored": ("SOS signed and stored", "SOS firmado y guardado"),
    "sos_locked": (
        "Unlock to see how far it came and who answers.",
        "Desbloquee para ver hasta dónde llegó y quién responde.",
    ),
    "sos_nobody": ("no person has answered yet", "aún no respondió nadie"),
    "sos_answered": ("answered by {names}", "respondió {names}"),
    "sos_close": ("any key closes", "cualquier tecla cierra"),
    "sos_again": (
        "Enter sends again   any other key closes",
        "Enter reintenta   otra tecla cierra",
    ),
    "sos_cancelled": ("SOS taken back: nothing was sent", "SOS anulado: no se envió nada"),
    "sos_banner": ("SOS {name}: {kind}, {place}, {age}", "SOS {name}: {kind}, {place}, {age}"),
    "sos_more": ("and {count} more", "y {count} más"),
    "sos_ack_key": ("a acknowledges", "a da acuse"),
    "sos_ack_later": ("Esc, then a acknowledges", "Esc, luego a da acuse"),
    "sos_own": ("YOUR SOS {age}", "SU SOS {age}"),
    "sos_came": (
        "an SOS came in just now: press a again to acknowledge it",
        "acaba de entrar un SOS: pulse a otra vez para dar acuse",
    ),
    "sos_new": ("SOS from {name}: {kind}, {place}", "SOS de {name}: {kind}, {place}"),
    "sos_taken": ("SOS of {name}: answered by {names}", "SOS de {name}: respondió {names}"),
    # warnings
    "banner_revoked": (
        "YOU ARE REVOKED: what you say no longer counts",
        "USTED FUE DADO DE BAJA: lo que diga ya no cuenta",
    ),
    "banner_suspended": (
        "YOU ARE SUSPENDED until {time}: what you say does not count",
        "USTED ESTÁ SUSPENDIDO hasta las {time}: lo que diga no cuenta",
    ),
    "banner_warning": (
        "NETWORK MAY BE COMPROMISED, says {name}: {reason}, {age} ago",
        "LA RED PUEDE ESTAR COMPROMETIDA, dice {name}: {reason}, hace {age}",
    ),
    "banner_left_out": (
        "THE NEW KEYS WERE MADE WITHOUT YOU: meet an organizer",
        "LAS CLAVES NUEVAS SE HICIERON SIN USTED: vea a un organizador",
    ),
    "banner_old_keys": (
        "YOUR KEYS ARE OLD: the new ones have not all come in",
        "SUS CLAVES SON VIEJAS: las nuevas no han llegado completas",
    ),
    "banner_behind": ("old keys: {names}", "claves viejas: {names}"),
    # the ladder
    "verified_of": ("verified {count} of {of}", "verificada {count} de {of}"),
    "closed_of": ("closed by {count} of {of}", "cerrada por {count} de {of}"),
    # keys
    "long_lock": ("lock now", "bloquear ya"),
    "long_sos": ("call for help; 5 s to take it back", "pedir ayuda; 5 s para anular"),
    "long_panic": ("destroy everything on this node", "destruir todo en este nodo"),
    "long_rehearse": ("rehearse that, then Ctrl+X x3", "ensayarlo, luego Ctrl+X x3"),
    "cmd_sos": ("SOS", "SOS"),
    "cmd_panic": ("rehearsal", "ensayo"),
}
