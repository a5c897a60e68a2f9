"""`meshdefense radio VERB`: radios, real and virtual; each verb lives in a module of its own.

Answers go to stdout, trouble to stderr.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Final

from meshdefense.catalogue import N_, tr

__all__ = ["VERBS", "configure", "run"]

VERBS: Final = {
    "virtual": ("radio_virtual", N_("run radios in software, to try things without hardware")),
    "meshtasticd": ("radio_meshtasticd", N_("one radio in software for other people's harnesses")),
    "list": ("radio_list", N_("which radios are plugged in, and how each stands")),
    "plan": ("radio_plan", N_("what would be changed in a radio, and why")),
    "apply": ("radio_apply", N_("write radios and prove every field")),
    "prove": ("radio_prove", N_("read a radio back and compare every field; changes nothing")),
    "drift": ("radio_drift", N_("what is not as it was proven; also from afar")),
    "flash-station": ("radio_flash_station", N_("prepare a box of radios, one after the other")),
    "card": ("radio_card", N_("labels for radios and cards for people, to print")),
    "airtime": ("radio_airtime", N_("what a preset carries for so many people")),
    "render": ("radio_render", N_("a radio's settings for the radios' own client")),
    "fleet": ("radio_fleet", N_("a network's radios: how each stands, who holds it")),
    "backup": ("radio_backup", N_("all keys and manifests in one sealed file")),
    "restore": ("radio_restore", N_("put a fleet back from its backup")),
    "lost": ("radio_lost", N_("a radio is gone: what it held, new keys, which radios to touch")),
}
"""Each verb's module in this package, with `configure` and `run`, and what it does."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this noun to `parser`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (module, about) in VERBS.items():
        below = verbs.add_parser(verb, help=tr(about), description=tr(about))
        importlib.import_module(f"meshdefense.cli.{module}").configure(below)


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb; return the exit code."""
    module, _ = VERBS[args.verb]
    return int(importlib.import_module(f"meshdefense.cli.{module}").run(args))
