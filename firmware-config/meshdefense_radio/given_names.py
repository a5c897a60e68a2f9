"""Common given names, so that a radio that is named after a person is noticed.

A hint for organizers only: names of radios go out readable to all who have a channel.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["looks_like_a_person"]

_NAMES: Final = frozenset(
    """
    adriana agustin aisha alberto alejandra alejandro alex alice alicia amanda amy ana andrea
    andres andrew angela angelica anna anthony antonio ashley barbara beatriz benjamin betty
    brian carlos carmen carol carolina catalina cecilia charles chris christina christopher
    claudia cristian cristina cynthia daniel daniela david deborah diana diego dolores donna
    dorothy edgar eduardo edward elena elias elizabeth emily emma enrique erica ernesto esteban
    esther eva fatima felipe fernanda fernando francisca francisco gabriel gabriela gary george
    gerardo gloria gonzalo graciela guadalupe guillermo gustavo hassan hector helen hugo ibrahim
    ignacio ines irene isabel ivan jack jacob jaime james janet javier jason jeffrey jennifer
    jessica jesus joan joaquin john jonathan jorge jose joseph joshua juan juana judith julia
    julian julio karen karina karl katherine kathleen kelly kenneth kevin kimberly laura lauren
    leonardo leticia liam linda lisa lorena lorenzo lucas lucia luis luisa luz lydia manuel
    marcela marco marcos margaret margarita maria mariana mario mark marta martha martin mary
    matthew mauricio mercedes michael michelle miguel mohamed mohammed monica nancy natalia
    nicholas nicolas nicole noah norma olga olivia omar oscar pablo pamela patricia patrick paul
    paula pedro peter rachel rafael ramon raquel raul rebeca rebecca ricardo richard robert
    roberto rodrigo rogelio ronald rosa rosario ruben ruth ryan samantha samuel sandra santiago
    sara sarah sean sebastian sergio sharon silvia sofia sophia stephanie stephen steven susan
    teresa thomas tomas vanessa veronica vicente victor victoria virginia walter william ximena
    yolanda yusuf zoe
    """.split()
)
_PLAIN: Final = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")


def looks_like_a_person(name: str) -> bool:
    """One of its words is a common given name."""
    words = re.split(r"[^a-z]+", name.translate(_PLAIN).lower())
    return any(word in _NAMES for word in words)
