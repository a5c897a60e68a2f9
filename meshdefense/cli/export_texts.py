"""What `meshdefense export` says to a person, in English and Spanish."""

from __future__ import annotations

from typing import Final

from meshdefense.exports.words import Said

__all__ = ["TEXTS"]

TEXTS: Final = {
    "preview": Said("What will be written:", "Lo que se va a escribir:"),
    "more": Said("... and {count} more rows.", "... y {count} filas más."),
    "left_out": Said(
        "{count} alerts without a place are not in it.",
        "{count} avisos sin lugar no están en el archivo.",
    ),
    "sum": Said(
        "{rows} rows, {bytes} bytes, sha256 {sha256}",
        "{rows} filas, {bytes} bytes, sha256 {sha256}",
    ),
    "redacted": Said(
        "Redacted: roles in place of names, cells of 250 m or more, no notes, no ids. "
        "In a small network a role and a time can still tell who it was.",
        "Con datos reducidos: roles en vez de nombres, celdas de 250 m o más, sin notas ni "
        "identificadores. En una red pequeña, un rol y una hora pueden decir quién fue.",
    ),
    "full": Said(
        "NOT REDACTED. Whoever gets this file learns: the handle of everybody who reported or "
        "confirmed; places as exactly as they were signed; every note; the name of the network. "
        "It cannot be called back, and others' lives may be in it. Leave --full out where you can.",
        "SIN REDUCIR. Quien reciba este archivo sabrá: el alias de quienes avisaron o "
        "confirmaron; los lugares con la exactitud con que se firmaron; todas las notas; el nombre "
        "de la red. No se puede recuperar, y puede afectar a otras personas. "
        "Si puede, quite --full.",
    ),
    "ask": Said("Write {file}? Type yes: ", "¿Escribir {file}? Escriba sí: "),
    "done": Said("Written: {file}", "Escrito: {file}"),
    "logged": Said(
        "It is noted in this node's log of exports: meshdefense export log",
        "Queda anotado en el registro de este nodo: meshdefense export log",
    ),
    "stdout": Said("standard output", "la salida estándar"),
    "no": Said("nothing was written", "no se escribió nada"),
    "needs_yes": Said(
        "an export has to be confirmed: say --yes, or use a terminal",
        "hay que confirmar la exportación: ponga --yes, o use una terminal",
    ),
    "exists": Said(
        "{file} is there already; --force replaces it",
        "{file} ya existe; --force lo reemplaza",
    ),
    "binary": Said(
        "that is no text for a terminal; name a file with --out",
        "eso no es texto para una terminal; indique un archivo con --out",
    ),
    "cannot_write": Said("{file} cannot be written: {why}", "no se puede escribir {file}: {why}"),
    "order": Said(
        "--from is not before --to; nothing was written",
        "--from no es anterior a --to; no se escribió nada",
    ),
    "memo_full": Said(
        "a memo is always redacted; leave --full out",
        "el resumen siempre va reducido; quite --full",
    ),
    "no_alert": Said("there is no alert {id} here", "aquí no hay ningún aviso {id}"),
    "no_exports": Said("Nothing was exported.", "No se ha exportado nada."),
    "log_line": Said(
        "{at}  {format:<8} {how}  {rows} rows, {bytes} bytes, by {name}, sha256 {sha256}",
        "{at}  {format:<8} {how}  {rows} filas, {bytes} bytes, por {name}, sha256 {sha256}",
    ),
    "how_redacted": Said("redacted", "reducido"),
    "how_full": Said("FULL", "COMPLETO"),
}
