"""What a duress passphrase opens: a small network of its own that says nothing of the real one.

When the passphrase is set, the day and the rough area of the network to come are put into the
duress slot, whose bytes hold no key. No file is made then: one that lay beside the store would
tell everybody that there is a duress passphrase. The network itself, its keys included, is
drawn when the slot is opened and everything else is gone. See docs/storage.md, "Panic".
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from meshdefense.enrolment.founding import Plan, create_network
from meshdefense.paths import DataFolder
from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.reading import StoreReader
from meshdefense.storage.repository import Store
from meshdefense_protocol.charter import Charter

__all__ = ["HANDLES", "NAMES", "Decoy", "area_of", "create_decoy"]

_TAG: Final = b"decoy 1\0"
_FORM: Final = struct.Struct(">8sHhh")
"""Tag, days since the epoch, tenths of degrees north and east; the rest is random."""
_KEY: Final = 32
_SALT: Final = 16
_DAY_S: Final = 86_400
_TENTHS: Final = 10

NAMES: Final = (
    "Neighbours", "Trail Crew", "Allotments", "Ridge Radio", "Night Ride", "Boat Club",
    "Garden Street", "Hill Walkers", "Repair Cafe", "Block 7", "Scouts", "Family",
    "Vecinos", "Huerta", "La Cuadra", "Club de Radio", "Senderos", "Los Alamos", "Ciclistas",
    "El Taller", "Barrio Norte", "La Loma", "Familia", "Radio Cerro",
)  # fmt: skip
"""Not secret: whoever reads this list may recognise one. Twelve English, twelve Spanish ones."""
HANDLES: Final = ("home", "base", "casa", "oak", "maple", "luna", "sol", "rio", "kite", "finch",
                  "nube", "pino")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoy:
    """What the slot keeps of the network to come."""

    day: int
    """On which it was founded: days since the epoch."""
    lat: float
    lon: float
    """Degrees, in tenths: about 10 km."""

    @classmethod
    def planned(cls, lat: float, lon: float, now: float) -> Decoy:
        """Founded now, in the same area as the real one: the radio is there as well."""
        return cls(
            int(now) // _DAY_S, round(lat * _TENTHS) / _TENTHS, round(lon * _TENTHS) / _TENTHS
        )

    def held(self, rng: Callable[[int], bytes] = os.urandom) -> StoreKey:
        """As the bytes of a duress slot."""
        told = _FORM.pack(_TAG, self.day, round(self.lat * _TENTHS), round(self.lon * _TENTHS))
        return StoreKey(told + rng(_KEY - len(told)), rng(_SALT))

    @classmethod
    def read(cls, held: StoreKey) -> Decoy | None:
        """The other way; None for the random bytes of a slot that keeps nothing."""
        tag, day, lat, lon = _FORM.unpack(held.key[: _FORM.size])
        if tag != _TAG or abs(lat) > 90 * _TENTHS or abs(lon) > 180 * _TENTHS:
            return None
        return cls(day, lat / _TENTHS, lon / _TENTHS)


def area_of(folder: DataFolder, key: StoreKey) -> tuple[float, float] | None:
    """Degrees of the area's origin, read beside a daemon that may run; None without a network.

    Raises StorageError, DecodeError.
    """
    database = Database.open(folder.store, key)
    try:
        raw = StoreReader(database).document("charter")
    finally:
        database.close()
    if raw is None:
        return None
    charter = Charter.decode(raw)
    return charter.origin_lat_e5 / 1e5, charter.origin_lon_e5 / 1e5


def create_decoy(
    folder: DataFolder, passphrase: bytes, held: StoreKey, rng: Callable[[int], bytes] = os.urandom
) -> Store:
    """A store that `passphrase` opens, of a founder whose network nobody else is in yet.

    `held` is what the duress slot held; a slot that kept nothing gives a store without a
    network, as a node without one has. Raises StoreExistsError, StoreUnavailableError.
    """
    store = Store.create(folder, passphrase)
    if (decoy := Decoy.read(held)) is None:
        return store
    name, handle = NAMES[rng(1)[0] % len(NAMES)], HANDLES[rng(1)[0] % len(HANDLES)]
    plan = Plan(name, decoy.lat, decoy.lon, 1, decoy.day * _DAY_S, handle)
    try:
        create_network(store, plan, rng)
    except BaseException:
        store.close()
        raise
    return store
