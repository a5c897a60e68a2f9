"""A printed code that opens a fleet when its passphrase is forgotten: `radio fleet sheet`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from meshdefense import hardening
from meshdefense.catalogue import tr
from meshdefense.cli.fleet_access import fleet_folder, fleet_passphrase, trying
from meshdefense.cli.recovery import give_sheet, today, typed_code

__all__ = ["code_secret", "print_sheet"]

_ENGLISH: Final = """\
MeshDefense recovery sheet of a fleet of radios          printed {date}

With this code and the fleet's folder, anybody has the keys of all its
channels. Keep it away from the computer, with somebody you trust. Do not
photograph it. A new sheet makes this one worthless. A lost folder takes a
backup. To use it: meshdefense radio fleet passphrase --recovery

"""
_SPANISH: Final = """
Hoja de recuperación de una flota de radios              impresa {date}

Con este código y la carpeta de la flota, cualquiera tiene las claves de
todos sus canales. Guárdela lejos de la computadora, con alguien de
confianza. No la fotografíe. Una hoja nueva deja esta sin valor. Si se
pierde la carpeta, hace falta una copia de respaldo. Para usarla:
meshdefense radio fleet passphrase --recovery
"""


def print_sheet(args: argparse.Namespace) -> int:
    """Make a new sheet, to stdout or into a file. Raises CliError, FleetError."""
    from meshdefense.provisioning.fleet_folder import check_exists
    from meshdefense.provisioning.sealed import add_recovery, open_fleet_key
    from meshdefense.storage.recovery_code import draw_code, secret_of, spelled

    folder = fleet_folder(args)
    check_exists(folder)
    code, passphrase = draw_code(), fleet_passphrase(args)
    with trying(folder):
        open_fleet_key(folder, passphrase)
    return give_sheet(
        args,
        _page(spelled(code), today()),
        lambda: add_recovery(folder, passphrase, secret_of(code)),
    )


def code_secret(args: argparse.Namespace, folder: Path) -> bytes:
    """What the code of a sheet opens the fleet with, from a file or asked for.

    Raises RecoveryCodeError, also for the code of another sheet; FleetError.
    """
    from meshdefense.provisioning.fleet_errors import FleetLockedError
    from meshdefense.provisioning.sealed import open_fleet_key
    from meshdefense.storage.errors import RecoveryCodeError
    from meshdefense.storage.recovery_code import parse_code, secret_of

    hardening.forbid_core_dumps()
    secret = secret_of(parse_code(typed_code(args)))
    try:
        open_fleet_key(folder, secret)
    except FleetLockedError:
        raise RecoveryCodeError(
            tr("It is of another fleet, of before a restore, or a newer sheet was printed.")
        ) from None
    return secret


def _page(groups: list[str], date: str) -> str:
    """80 columns wide; the code once, between the two languages."""
    numbered = [f"{number}: {group}" for number, group in enumerate(groups, 1)]
    half = len(numbered) // 2
    rows = [numbered[:half], numbered[half:]]
    code = "".join(f"        {'    '.join(row)}\n" for row in rows)
    return _ENGLISH.format(date=date) + code + _SPANISH.format(date=date)
