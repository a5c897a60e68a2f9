"""Documents in one file, to be carried by hand.

    type        "meshdefense library 1"
    documents   texts of documents, each as `document` has them

Nobody signs the file: each document bears its author's signature.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from meshdefense.library.shelf import DOCUMENTS_MAX
from meshdefense_protocol.canonical import read_json_object
from meshdefense_protocol.errors import DecodeError

__all__ = ["BUNDLE_MAX", "bundle_text", "read_bundle"]

TYPE: Final = "meshdefense library 1"
BUNDLE_MAX: Final = 32 << 20
"""Bytes of a file; 64 documents in which every letter is escaped are less."""


def bundle_text(documents: Sequence[str]) -> str:
    """The file with these documents."""
    return json.dumps({"type": TYPE, "documents": list(documents)}, indent=1) + "\n"


def read_bundle(text: str) -> list[str]:
    """The documents in a file, not looked at yet. Raises DecodeError."""
    fields = read_json_object(text.encode(errors="replace"), {"type", "documents"}, "bundle")
    if fields["type"] != TYPE:
        raise DecodeError(f"this is not a bundle of documents but {str(fields['type'])[:40]!a}")
    documents = fields["documents"]
    if not isinstance(documents, list) or not all(isinstance(one, str) for one in documents):
        raise DecodeError("the bundle is damaged: its documents are not a list of texts")
    if not 1 <= len(documents) <= DOCUMENTS_MAX:
        raise DecodeError(f"a bundle has 1 to {DOCUMENTS_MAX} documents, not {len(documents)}")
    return documents
