"""Where a radio is, as a person writes it: `serial:PATH`, `tcp:HOST[:PORT]`, `ble:ADDRESS`, `none`.

Pure text: nothing is opened and no name is resolved here.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

__all__ = [
    "DEFAULT_TCP_PORT",
    "Address",
    "AddressError",
    "BleAddress",
    "NoRadio",
    "SerialAddress",
    "TcpAddress",
    "parse_address",
]

DEFAULT_TCP_PORT = 4403  # the firmware's own, SERVER_API_DEFAULT_PORT in mesh/api/ServerAPI.h

_FORMS = "serial:PATH, tcp:HOST[:PORT], ble:ADDRESS or none"
_SCHEMES = ("serial", "tcp", "ble", "none")


class AddressError(ValueError):
    """That is not a radio's address; the message says why and shows the four forms."""

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"{text!r} is not a radio's address: {problem}. Write {_FORMS}.")
        self.text, self.problem = text, problem


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A USB or UART device."""

    path: str
    """Device file, best under /dev/serial/by-id/ since numbers change after a reboot."""

    def __str__(self) -> str:
        return f"serial:{self.path}"


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A radio on Wi-Fi or Ethernet, or a virtual one."""

    host: str
    """Name or address; IPv6 without its brackets."""
    port: int = DEFAULT_TCP_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp:{host}" + (f":{self.port}" if self.port != DEFAULT_TCP_PORT else "")


@dataclass(frozen=True, slots=True)
class BleAddress:
    """A radio on Bluetooth, paired beforehand."""

    device: str
    """Bluetooth address, on macOS a UUID, or the advertised name."""

    def __str__(self) -> str:
        return f"ble:{self.device}"


@dataclass(frozen=True, slots=True)
class NoRadio:
    """The daemon works without a radio."""

    def __str__(self) -> str:
        return "none"


Address = SerialAddress | TcpAddress | BleAddress | NoRadio


def parse_address(text: str) -> Address:
    """Read one of the four forms; `str` of the result gives it back, without the default port.

    Raises AddressError.
    """
    scheme, colon, rest = text.partition(":")
    if scheme not in _SCHEMES:
        raise AddressError(text, _scheme_problem(text, scheme, colon))
    if scheme == "none":
        if colon:
            raise AddressError(text, "nothing may follow none")
        return NoRadio()
    if not rest:
        raise AddressError(text, f"nothing follows {scheme}:")
    if rest != rest.strip() or "\0" in rest:
        raise AddressError(text, "it has blanks at an end or a zero byte in it")
    if scheme == "serial":
        return SerialAddress(rest)
    if scheme == "ble":
        return BleAddress(rest)
    return _tcp(text, rest)


def _scheme_problem(text: str, scheme: str, colon: str) -> str:
    if text.startswith(("/", "./", "~")):
        return f"a device file needs its scheme, serial:{text}"
    close = difflib.get_close_matches(scheme.lower(), _SCHEMES, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]}{colon if close[0] != 'none' else ''}?"
    if not text.strip():
        return "it is empty"
    return f"there is no scheme {scheme}:" if colon else "it names no scheme"


def _tcp(text: str, rest: str) -> TcpAddress:
    if rest.startswith("["):
        host, bracket, tail = rest[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            raise AddressError(text, "an IPv6 address stands in [brackets], then :PORT")
        return TcpAddress(_host(text, host), _port(text, tail[1:] if tail else None))
    host, colon, port = rest.partition(":")
    if ":" in port:
        raise AddressError(text, f"an IPv6 address needs brackets, tcp:[{rest}]")
    return TcpAddress(_host(text, host), _port(text, port if colon else None))


def _host(text: str, host: str) -> str:
    if not host:
        raise AddressError(text, "the host is missing")
    if any(c.isspace() or c in "/[]" for c in host):
        raise AddressError(text, f"{host!r} cannot be a host's name")
    return host


def _port(text: str, port: str | None) -> int:
    if port is None:
        return DEFAULT_TCP_PORT
    if not (port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= 65535):
        raise AddressError(text, f"the port {port!r} is not a number from 1 to 65535")
    return int(port[:6])
