"""`meshdefense packet keys`: this node's group keys as a file, to explain recorded frames."""

from __future__ import annotations

import argparse
import json

from meshdefense import enrolment
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.unlock import guarded, opened_store, write_new_file

__all__ = ["export"]


@guarded
def export(args: argparse.Namespace) -> int:
    """Write charter, decisions and class secrets; never the member's own signing key."""
    with opened_store(args) as store:
        me = enrolment.load_membership(store)
        decisions = enrolment.stored_decisions(store, me.charter.unit_m)
        secrets = {
            f"{one.key_class.name.lower()}/{one.epoch}": one.secret.hex()
            for one in me.vault.secrets(me.roster, me.charter.network_id)
        }
    content = {
        "charter": json.loads(me.charter.encode()),
        "decisions": [item.raw.hex() for item in decisions],
        "secrets": secrets,
    }
    write_new_file(args.out, json.dumps(content, indent=1) + "\n", private=True)
    print(
        f"Keys of {len(secrets)} classes written to {args.out}. Whoever has this file reads what "
        "your group says: delete it when you are done."
    )
    return ExitCode.OK
