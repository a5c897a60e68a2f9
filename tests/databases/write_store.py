"""Write the store that later versions must be able to open, with the schema of today.

    python tests/databases/write_store.py tests/databases/v0004

Run it once when a schema is released, and never again for that version. What is in it is
compared in tests/storage/test_migrations.py. The passphrase is in the file beside this one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from meshdefense.paths import DataFolder
from meshdefense.storage.ballast import drop_ballast
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.records import (
    Batch,
    CounterRecord,
    EquivocationRecord,
    ExportRecord,
    HeldRecord,
    NeighbourRecord,
    OutboxRecord,
    ReplayRecord,
    RowRecord,
    StoredItem,
    TransferRecord,
)
from meshdefense.storage.repository import Store

T0 = 1_700_000_000.0


def contents() -> list[Batch]:
    """Two batches that fill every table."""
    own = StoredItem(
        author=1, incarnation=0, sequence=1, stream=0, kind=1, claimed_at=T0, received_at=T0,
        expires_at=T0 + 3600, own=True, raw=b"own report",
    )  # fmt: skip
    verdict = StoredItem(
        author=2, incarnation=3, sequence=9, stream=0, kind=2, ref="1.0.1", claimed_at=T0 + 60,
        received_at=T0 + 62, bearer="radio", snr=-7.5, rssi=-101, hops=2, raw=b"verdict",
    )  # fmt: skip
    position = StoredItem(
        author=2, incarnation=3, sequence=4, stream=1, kind=3, claimed_at=T0 + 90,
        received_at=T0 + 91, expires_at=T0 + 7200, bearer="radio", raw=b"position",
    )  # fmt: skip
    sent = OutboxRecord(
        author=1, incarnation=0, sequence=1, stream=0, state="heard", klass=2, attempts=2,
        next_at=None, created_at=T0, expires_at=T0 + 3600,
    )  # fmt: skip
    windows = [
        ReplayRecord(author=1, stream=0, incarnation=0, high=1, bitmap=b"\x01"),
        ReplayRecord(author=2, stream=0, incarnation=3, high=9, bitmap=b"\x01\x01"),
        ReplayRecord(author=2, stream=1, incarnation=3, high=4, bitmap=b"\x01"),
    ]
    first = Batch(
        items=[own, verdict, position],
        outbox=[sent],
        replay=windows,
        counters=[CounterRecord(stream=0, incarnation=0, next_sequence=2)],
        equivocations=[EquivocationRecord(id="2.3.9", raw=b"another verdict", seen_at=T0 + 300)],
        held=[HeldRecord(author=1, incarnation=0, sequence=1, stream=0, holders=(2, 65535))],
        neighbours=[
            NeighbourRecord(member=2, heard_at=T0 + 90, snr=-7.5, hashes=((0, 2**64 - 1), (3, 0))),
            NeighbourRecord(member=3, heard_at=T0 + 60, hashes=()),
        ],
        transfers=[
            TransferRecord(
                author=2,
                incarnation=3,
                sequence=9,
                stream=0,
                key_class=1,
                size=200,
                digest=bytes(16),
                expires_at=T0 + 86_400,
                restarts=1,
                parts=((1, b"x" * 58),),
            )
        ],
        exports=[
            ExportRecord(
                at=T0 + 400,
                member=1,
                format="csv",
                since=T0,
                redacted=True,
                size=512,
                count=3,
                sha256=bytes(range(32)),
            )
        ],
        rows=[
            RowRecord("alerts", "1.0.1", {"text": "Straße blockiert", "verified": True}),
            RowRecord("positions", "2.3.4p", {"cell": "x"}),
        ],
        documents={"charter": b"the charter"},
        secrets={"seed": bytes(range(32))},
    )
    return [first, Batch(rows=[RowRecord("positions", "2.3.4p", gone=True)])]


def main(target: Path) -> None:
    """Write the store into a folder that must not hold one yet."""
    passphrase = Path(__file__).with_name("passphrase").read_bytes().strip()
    folder = DataFolder(target)
    with Store.create(folder, passphrase, profile=INTERACTIVE) as store:
        for batch in contents():
            store.commit(batch)
    drop_ballast(folder.store)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
