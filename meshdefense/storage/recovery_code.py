"""The code of a recovery sheet: 160 random bits as eight groups that can be typed again.

Alphabet: Crockford's base 32, without I, L, O and U. Each group has four characters of the code
and one that checks them: a sum in GF(32) with another factor at each place, plus the group's
number. So one wrong character, two swapped ones and two swapped groups are noticed, and the
group is named. Source of the alphabet: www.crockford.com/base32.html.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from meshdefense.storage.errors import RecoveryCodeError

__all__ = ["CODE_BYTES", "draw_code", "parse_code", "secret_of", "spelled"]

CODE_BYTES: Final = 20
GROUPS: Final = 8
_DATA: Final = 4
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_PURPOSE: Final = b"meshdefense recovery code 1"


def draw_code() -> bytes:
    """A new code from the system's random source."""
    return secrets.token_bytes(CODE_BYTES)


def secret_of(code: bytes) -> bytes:
    """What opens the slot: never equal to a passphrase that somebody types."""
    return hashlib.blake2b(code, digest_size=64, key=_PURPOSE).digest()


def spelled(code: bytes) -> list[str]:
    """The groups of a code, five characters each."""
    number = int.from_bytes(code, "big")
    values = [number >> 5 * place & 31 for place in reversed(range(GROUPS * _DATA))]
    groups = [values[at : at + _DATA] for at in range(0, len(values), _DATA)]
    return [
        "".join(_ALPHABET[value] for value in [*group, _check(index, group)])
        for index, group in enumerate(groups)
    ]


def parse_code(text: str) -> bytes:
    """Read a code as it was typed: any case, O for 0, I or L for 1.

    Blanks, dashes and the numbers before the groups ("3:") do not matter.

    Raises RecoveryCodeError, which names the groups that hold an error.
    """
    typed = "".join(re.sub(r"\b\d:|-", " ", text).split()).upper().translate(_ALIKE)
    wanted = GROUPS * (_DATA + 1)
    if strange := sorted(set(typed) - set(_ALPHABET)):
        raise RecoveryCodeError(f"These characters never stand in one: {' '.join(strange)}")
    if len(typed) != wanted:
        raise RecoveryCodeError(f"It has {wanted} characters in {GROUPS} groups, not {len(typed)}.")
    number, wrong = 0, list[str]()
    for index in range(GROUPS):
        place = index * (_DATA + 1)
        *group, check = (_ALPHABET.index(one) for one in typed[place : place + _DATA + 1])
        if check != _check(index, group):
            wrong.append(str(index + 1))
        for value in group:
            number = number << 5 | value
    if wrong:
        raise RecoveryCodeError(f"Look again at group {', '.join(wrong)}.")
    return number.to_bytes(CODE_BYTES, "big")


def _check(index: int, group: list[int]) -> int:
    """The check character's value."""
    check = index
    for value in reversed(group):
        check ^= value
        check = check << 1 ^ (0b100101 if check & 16 else 0)  # times x, modulo x^5 + x^2 + 1
    return check
