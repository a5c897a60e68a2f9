"""Hypothesis strategies for what organizers decide: one for each of the kinds 32 to 39."""

from __future__ import annotations

from hypothesis import strategies as st

from meshdefense_protocol.limits import KEY_SIZE
from meshdefense_protocol.packets import (
    Endorse,
    Grant,
    KnownBody,
    Lift,
    Policy,
    Rekey,
    Revoke,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.decisions import (
    COMMITMENT_SIZE,
    CONTENT_HASH_SIZE,
    DIGEST_SIZE,
    DIGESTS_MAX,
    MARK_MAX,
    SUSPENSION_HOURS_MAX,
)
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["decisions"]


def decisions(
    refs: st.SearchStrategy[ItemId],
    texts: st.SearchStrategy[str],
    later: st.SearchStrategy[Extensions],
) -> dict[type[KnownBody], st.SearchStrategy[KnownBody]]:
    """By kind; `texts` are handles of 1 to 16 bytes, `later` extensions of a later version."""
    numbers, bytes_, reasons = st.integers(1, 0xFFFF), st.integers(0, 255), st.integers(0, 15)
    marks = st.integers(0, MARK_MAX)
    keys = st.binary(min_size=KEY_SIZE, max_size=KEY_SIZE).filter(any)
    digests = st.sets(
        st.binary(min_size=DIGEST_SIZE, max_size=DIGEST_SIZE), min_size=1, max_size=DIGESTS_MAX
    ).map(lambda found: tuple(sorted(found)))
    return {
        Grant: st.builds(
            Grant,
            numbers,
            bytes_,
            st.integers(1, 255),
            keys,
            texts,
            st.integers(0, 0xFFFF),
            later,
        ),
        Revoke: st.builds(Revoke, numbers, reasons, marks, marks, later),
        Suspend: st.builds(Suspend, numbers, st.integers(1, SUSPENSION_HOURS_MAX), reasons, later),
        Lift: st.builds(Lift, refs, later),
        Policy: st.builds(Policy, bytes_, bytes_, bytes_, later),
        Rekey: st.builds(
            Rekey,
            st.integers(2, 0xFFFF),
            st.binary(min_size=COMMITMENT_SIZE, max_size=COMMITMENT_SIZE),
            st.binary(min_size=CONTENT_HASH_SIZE, max_size=CONTENT_HASH_SIZE),
            numbers,
            later,
        ),
        Warn: st.builds(Warn, reasons, later),
        Endorse: st.builds(Endorse, digests, later),
    }
