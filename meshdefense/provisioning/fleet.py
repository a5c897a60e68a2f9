"""A fleet of radios: its network, its keys, what each radio was proven to be.

One process changes a fleet at a time; others may read meanwhile. Each call is on the disk when
it returns. Errors are `FleetError` with texts for people. See docs/fleet.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from meshdefense import clock, language
from meshdefense.catalogue import tr
from meshdefense.paths import FolderLock
from meshdefense.provisioning.bindings import (
    RADIOS,
    Binding,
    LostRadio,
    RadioBook,
    refuse_hardware,
)
from meshdefense.provisioning.fleet_errors import (
    FleetDamagedError,
    FleetError,
    FleetMissingError,
    FleetRefusedError,
)
from meshdefense.provisioning.fleet_folder import (
    NETWORK,
    check_free,
    fleet_lock,
    journal_path,
    make_fleet_folder,
    make_missing,
    manifest_name,
    put_in_place,
    remove_fresh,
)
from meshdefense.provisioning.holding import former_radios, proven_to_hold, unfinished_but
from meshdefense.provisioning.journal import Journal
from meshdefense.provisioning.keys import KEYS, KeyRing
from meshdefense.provisioning.manifests import Manifest, SignedManifest, fingerprint
from meshdefense.provisioning.network_text import (
    key_hint,
    network_of,
    network_text,
    no_such_radio,
    settle_keys,
)
from meshdefense.provisioning.proofs import history_of, keep_manifest
from meshdefense.provisioning.sealed import (
    SealedFolder,
    make_fleet_key,
    open_fleet_key,
    remove_file,
    write_bytes,
)
from meshdefense.storage.keyslots import STANDARD, KdfStrength

if TYPE_CHECKING:
    from meshdefense_radio.desired import Desired
    from meshdefense_radio.network import Network, Radio

__all__ = ["Fleet"]

_T = TypeVar("_T")


class Fleet:
    """An open fleet; `close` it, or use it in a `with` block."""

    def __init__(
        self,
        folder: Path,
        sealed: SealedFolder,
        lock: FolderLock | None,
        now: Callable[[], float] = clock.now,
    ) -> None:
        """Use `create` or `open`. Without a lock nothing can be changed."""
        self.folder = folder
        self.notices: list[str] = []
        """What was done on the way, in words: keys that were drawn or sealed."""
        self._sealed, self._lock, self._now = sealed, lock, now
        self.network: Network = network_of(network_text(folder))
        self.ring = self._read(KEYS, KeyRing.decoded)
        """The keys. Only this package looks into it."""
        self.book = self._read(RADIOS, RadioBook.decoded)
        """Bindings and lost radios."""

    @classmethod
    def create(
        cls,
        folder: Path,
        network: str,
        passphrase: bytes,
        *,
        kdf: KdfStrength = STANDARD,
        now: Callable[[], float] = clock.now,
    ) -> Fleet:
        """Make a fleet from the text of a network file, with new keys. Raises FleetError."""
        network_of(network)  # before anything is written
        check_free(folder)
        fresh = make_fleet_folder(folder)
        try:
            sealed = SealedFolder(fresh, make_fleet_key(fresh, passphrase, kdf=kdf))
            sealed.write(KEYS, KeyRing(secrets.token_bytes(32)).encoded())
            sealed.write(RADIOS, RadioBook().encoded())
            write_bytes(fresh / NETWORK, network.encode())
            put_in_place(fresh, folder)
        except BaseException:
            remove_fresh(fresh)
            raise
        return cls.open(folder, passphrase, now=now)

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: bytes,
        *,
        changing: bool = True,
        taking: frozenset[str] = frozenset(),
        now: Callable[[], float] = clock.now,
    ) -> Fleet:
        """Open a fleet; `changing` False only reads, and may do so while another one changes.

        Keys that stand in network.yaml are sealed, channels without one get one; `notices` tells.
        Of the channels in `taking` a key in the file replaces the sealed one. Raises FleetError.
        """
        key = open_fleet_key(folder, passphrase)
        lock = fleet_lock(folder) if changing else None
        try:
            fleet = cls(folder, SealedFolder(folder, key), lock, now)
            if changing:
                make_missing(folder)
                settle_keys(fleet, taking)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return fleet

    def close(self) -> None:
        """Let others change it. Safe twice."""
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # what is wanted

    def radio(self, name: str) -> Radio:
        """A radio of the network. Raises FleetMissingError that names the nearest, or all."""
        found = self.network.radio(name)
        if found is None:
            raise FleetMissingError(no_such_radio(name, self.network))
        return found

    def former(self) -> tuple[Radio, ...]:
        """Radios that are out of the network file while their hardware may still hold keys."""
        return former_radios(self)

    def known(self, name: str) -> Radio:
        """A radio of the network, or a former one. Raises as `radio`."""
        return next((one for one in self.former() if one.name == name), None) or self.radio(name)

    def channel_keys(self) -> dict[str, bytes]:
        """The key in force of each channel of the network, by its name."""
        held = self.ring.channels
        return {one.name: held[one.name].key for one in self.network.channels if one.name in held}

    def fingerprints(self) -> dict[str, str]:
        """Those of `channel_keys`, as manifests have them."""
        return {name: fingerprint(key) for name, key in self.channel_keys().items()}

    def desired_for(self, radio_name: str) -> Desired:
        """What this radio shall be. Raises FleetError."""
        from meshdefense_radio.desired import desired
        from meshdefense_radio.errors import ConfigError

        try:
            return desired(self.network, self.radio(radio_name), self.channel_keys())
        except ConfigError as error:
            hint = key_hint(self.network, self.ring)
            raise FleetError(error.text(language.current()), hint) from error

    # which hardware is which radio

    def bind(
        self, radio_name: str, node_number: int, public_key: bytes = b"", *, anew: bool = False
    ) -> None:
        """Say which hardware a radio is; `anew` when its number changed, as a new key makes it.

        A number that firmware 2.8 makes of the key that is known is taken in any case. Raises
        FleetRefusedError for hardware that is lost or another radio, and for a radio that has
        other hardware already.
        """
        self.radio(radio_name)
        refuse_hardware(self.book, radio_name, node_number, public_key, anew=anew)
        known = self.book.of(radio_name)
        key = public_key or (known.public_key if known.node_number == node_number else b"")
        self.save(book=self.book.changed(radio_name, node_number=node_number, public_key=key))

    def binding(self, radio_name: str) -> Binding:
        """What is known of a radio's hardware and holder."""
        return self.book.of(radio_name)

    def radio_of(self, node_number: int, public_key: bytes = b"") -> str | None:
        """Which radio this hardware is, by its number or the number that its key makes."""
        return self.book.radio_of(node_number, public_key)

    def lost_radio(self, node_number: int, public_key: bytes = b"") -> LostRadio | None:
        """The lost radio that this hardware is; None for any other, and once it was found."""
        return self.book.missing(node_number, public_key)

    def lost_nodes(self) -> tuple[int, ...]:
        """Node numbers that go out of the node database of each radio that is written."""
        return self.book.lost_nodes()

    def hand(self, radio_name: str, member: str | None) -> None:
        """Note who holds a radio, by number or handle; None: nobody."""
        self.radio(radio_name)
        self.save(book=self.book.changed(radio_name, member=member))

    def note_drift(self, radio_name: str, paths: tuple[str, ...]) -> None:
        """Note which settings differ from its manifest; none: it was found right."""
        self.radio(radio_name)
        at = int(self._now()) if paths else None
        self.save(book=self.book.changed(radio_name, drift=paths, drift_at=at))

    # what was proven

    def history(self, radio_name: str) -> tuple[SignedManifest, ...]:
        """The manifests under a radio's name, also of hardware it had before; oldest first."""
        return history_of(self._sealed, radio_name, self.ring.signing)

    def manifest(self, radio_name: str) -> Manifest | None:
        """What the hardware that is this radio now was last proven to be."""
        known = self.book.of(radio_name)
        for one in reversed(self.history(radio_name)):
            same_key = known.public_key and one.manifest.public_key == known.public_key
            if one.manifest.node_number == known.node_number or same_key:
                return one.manifest
        return None

    def manifests(self) -> dict[str, Manifest]:
        """`manifest` of each radio of the network that has one, by its name."""
        found = {radio.name: self.manifest(radio.name) for radio in self.network.radios}
        return {name: one for name, one in found.items() if one is not None}

    def save_manifest(self, manifest: Manifest) -> SignedManifest:
        """Sign what was proven and keep it; what was known of drift is over."""
        known = self.book.of(manifest.radio)
        if known.node_number != manifest.node_number:
            raise FleetRefusedError(
                tr("that manifest is of other hardware than {radio}", radio=manifest.radio)
            )
        self._changing()
        signed = keep_manifest(self._sealed, manifest, self.ring.signing)
        self.save(
            book=self.book.changed(
                manifest.radio, public_key=manifest.public_key, drift=(), drift_at=None
            )
        )
        self.drop_old_keys(proven=manifest.radio)
        return signed

    def journal(self, radio_name: str) -> Journal:
        """What is being done to a radio, or was when the last run ended."""
        return Journal(journal_path(self.folder, radio_name), self._now)

    def forget(self, radio_name: str) -> None:
        """Forget a radio's hardware, holder and proofs; what it holds stays in it."""
        self.save(book=self.book.without(radio_name))
        self._remove(self.folder / manifest_name(radio_name))
        self.forget_journal(radio_name)
        self.drop_old_keys()

    # for this package

    def now(self) -> int:
        """Seconds since the Unix epoch."""
        return int(self._now())

    def network_bytes(self) -> bytes:
        """The network file as it is on the disk."""
        return network_text(self.folder).encode()

    def opened(self, name: str) -> bytes | None:
        """What a sealed file holds; None where there is none."""
        return self._sealed.read(name)

    def forget_journal(self, radio_name: str) -> None:
        """As if nothing had been begun on a radio."""
        self._remove(journal_path(self.folder, radio_name))

    def save(self, *, ring: KeyRing | None = None, book: RadioBook | None = None) -> None:
        """Put keys or bindings on the disk, keys first, and use them from then on."""
        self._changing()
        if ring is not None and ring != self.ring:
            self._sealed.write(KEYS, ring.encoded())
            self.ring = ring
        if book is not None and book != self.book:
            self._sealed.write(RADIOS, book.encoded())
            self.book = book

    def drop_old_keys(self, proven: str = "") -> None:
        """Forget old keys that no radio of the fleet holds any more.

        While a run on a radio is unfinished it may hold any; the one just `proven` holds no other
        than its manifest says.
        """
        if self.ring.old and not unfinished_but(self, proven):
            self.save(ring=self.ring.without_old(proven_to_hold(self)))

    def _read(self, name: str, decode: Callable[[bytes], _T]) -> _T:
        content = self._sealed.read(name)
        if content is None:
            raise FleetDamagedError(
                tr("{name} is missing from the fleet in {folder}", name=name, folder=self.folder),
                tr("put the fleet back from its backup: meshdefense radio restore FILE"),
            )
        try:
            return decode(content)
        except ValueError:  # sealed by us, so of another version
            raise FleetDamagedError(
                tr("{name} was written by a newer MeshDefense; update this one to open it",
                   name=name)
            ) from None  # fmt: skip

    def _remove(self, path: Path) -> None:
        self._changing()
        remove_file(path)

    def _changing(self) -> None:
        if self._lock is None or not self._lock.held:
            raise RuntimeError("this fleet was opened to read")
