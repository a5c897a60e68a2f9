"""What this program promises to people and what it does not; other languages are in the catalogue.

docs/threat-model.md says the same at length. tests/mutations/promises.toml names for each
promise the tests that prove it, and the checks whose removal those tests must notice.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from meshdefense.catalogue import N_, translations

__all__ = ["NON_PROMISES", "PROMISES", "Sentence", "lines"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One promise or one limit."""

    en: str

    def said(self, language: str) -> str:
        """The sentence in a language; English for one that is not here."""
        return translations(language).gettext(self.en)


PROMISES: Final = (
    Sentence(N_("Nobody without a member's key can make your node show an alert.")),
    Sentence(N_("Nobody can alter an alert without your node noticing and dropping it.")),
    Sentence(
        N_(
            "An alert that your node has taken never alarms there a second time, however often it "
            "is sent again, also after a restart."
        )
    ),
    Sentence(N_("An alert that your node accepted survives a crash and a power cut.")),
    Sentence(N_("Each alert disappears after its lifetime, and none lives longer than 24 hours.")),
    Sentence(N_("One member cannot drown or silence the others.")),
    Sentence(
        N_(
            "Where two or more organizers must agree, none of them alone can add, promote or "
            "remove anybody or change policies or keys; one alone can only take away, for 24 "
            "hours at most."
        )
    ),
    Sentence(
        N_(
            "Nobody verifies or broadcasts their own report; a critical one needs two verifiers, "
            "unless your network chose otherwise; and it takes two people to give the all-clear."
        )
    ),
    Sentence(
        N_(
            "After a member is revoked nothing that they say later counts, and once the keys are "
            "renewed whoever found their radio or laptop reads nothing new and forges nothing."
        )
    ),
    Sentence(N_("A member's key never changes unnoticed, and names come from the roster only.")),
    Sentence(
        N_(
            "Strangers get nothing: no line on your screen, no answer, and nothing of theirs is "
            "passed on by this program."
        )
    ),
    Sentence(N_("A received text cannot steer your terminal.")),
    Sentence(
        N_(
            "A laptop that is switched off gives away nothing but sizes and times of files, "
            "behind a good passphrase."
        )
    ),
    Sentence(N_("A locked screen gives away counts only.")),
    Sentence(N_("Panic leaves nothing on the disk that opens, within two seconds.")),
    Sentence(
        N_(
            "A wrong clock loses no alert and brings none back that was over; only suspensions "
            "and the ends of memberships go by clocks."
        )
    ),
    Sentence(N_("Keys and passphrases reach no log, command line, environment or error text.")),
    Sentence(N_("There is no field for a person's name, face, plate, address or status.")),
    Sentence(N_("Once installed it works without internet and never looks for it.")),
    Sentence(N_("A damaged or hostile file is refused in words and changes nothing.")),
)
"""In the order of docs/threat-model.md; a number is never used for another promise."""

NON_PROMISES: Final = (
    Sentence(N_("It is unaudited: nobody outside the project has examined it.")),
    Sentence(
        N_("It cannot hide that a radio transmits, nor where. Anybody with a receiver can find it.")
    ),
    Sentence(
        N_(
            "It does not work through jamming, and it does not promise that a message arrives. No "
            "answer is not safety."
        )
    ),
    Sentence(N_("An unconfirmed report may be false. A confirmed one is what people said.")),
    Sentence(
        N_(
            "It does not help when a machine is taken unlocked, when somebody else controls its "
            "system, or when a person is forced."
        )
    ),
    Sentence(
        N_(
            "It cannot delete what others keep: their screens, paper and memory, and what a "
            "member who was revoked already had."
        )
    ),
    Sentence(
        N_("It cannot erase flash memory for certain, and it cannot wipe the computer's memory.")
    ),
    Sentence(
        N_(
            "It does not stop as many organizers as must agree when they agree to do harm, nor as "
            "many stolen verifiers' keys as an alarm needs."
        )
    ),
    Sentence(N_("It is no legal advice. Destroying data may be unlawful where you are.")),
)
"""Said on the first run as plainly as the promises."""

_TITLES: Final = (Sentence(N_("What is promised")), Sentence(N_("What is not promised")))


def lines(language: str, width: int = 78) -> list[str]:
    """Both lists for a terminal, wrapped; English for a language that is not here."""
    titles = [title.said(language) for title in _TITLES]
    found = [titles[0], ""]
    for number, promise in enumerate(PROMISES, start=1):
        found += _point(f"{number:2}. ", promise.said(language), width)
    found += ["", titles[1], ""]
    for sentence in NON_PROMISES:
        found += _point("  - ", sentence.said(language), width)
    return found


def _point(mark: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False
    )
