"""Sentences that the daemon, the store and the protocol say in English, in the reader's language.

Errors and reasons come as English text, over the API and as exceptions. Those that a person can
do something about are known here by their shape and are said again in the language in use; any
other is shown as it came: better foreign than hidden. Pure, apart from the catalogue.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from meshdefense import language as languages
from meshdefense.catalogue import N_, translations

__all__ = ["SENTENCES", "translated"]

SENTENCES: Final = (
    # why something waits
    N_("the channel is busy ({percent} %)"),
    N_("airtime of {what} is used up"),
    N_("this node's airtime is used up"),
    N_("the region's duty cycle is used up"),
    N_("this node has no radio"),
    N_("no radio found"),
    N_("the radio is connecting"),
    N_("the radio is silent"),
    N_("the radio cannot be used"),
    # why there is no radio
    N_("the connection to the radio ended"),
    N_("the radio fell silent"),
    N_("the radio did not tell its LoRa settings"),
    N_("the radio runs firmware {version}, which made weak keys; update it to {floor} or newer, "
       "then make new keys"),
    N_("the radio's region is not set, so it may not transmit; set it, for example with "
       "`meshtastic --set lora.region US`"),
    N_("{address}: no whole handshake came in time"),
    N_("{address}: {reason}"),
    N_("there is no such device"),
    N_("no permission to use the device; add yourself to its group (often dialout)"),
    N_("nothing listens there"),
    N_("there is no host of that name"),
    N_("no answer"),
    N_("another program uses the device"),
    N_("that is no serial device"),
    # a radio's address
    N_("{text!r} is not a radio's address: {reason}. Write {what}."),
    N_("serial:PATH, tcp:HOST[:PORT], ble:ADDRESS or none"),
    N_("nothing may follow none"),
    N_("nothing follows {scheme}:"),
    N_("it has blanks at an end or a zero byte in it"),
    N_("a device file needs its scheme, serial:{text}"),
    N_("did you mean {scheme}{colon}?"),
    N_("it is empty"),
    N_("there is no scheme {scheme}:"),
    N_("it names no scheme"),
    N_("an IPv6 address stands in [brackets], then :PORT"),
    N_("an IPv6 address needs brackets, tcp:[{rest}]"),
    N_("the host is missing"),
    N_("{host!r} cannot be a host's name"),
    N_("the port {port!r} is not a number from 1 to 65535"),
    # requests
    N_("{name!r} is not a {what}; did you mean: {near}?"),
    N_("{ref} is not here: it was never received, or is past its day"),
    N_("this is your own report: somebody else has to verify it"),
    N_("only its author can retract a report; give a verdict instead"),
    N_("too many long reports are still coming in"),
    N_("{name} has {size} bytes, the limit is {limit}: shorten it by {over}"),
    N_("{name} {value} is outside {low} to {high}"),
    N_("{name} {value} is not a whole number"),
    N_("{id} is a position; it cannot be referred to"),
    N_("{name!r} is not a member{roster}"),
    N_("{name} is not a member any more"),
    N_("lat and lon come together"),
    N_("{name} has characters that cannot be sent"),
    N_("language {name!r} is not known; it is {names}"),
    N_("a message needs a text"),
    N_("a long report needs a text"),
    N_("{id} is no drill: an exercise about it does not count"),
    N_("who is called off has nothing to look for and no time for it"),
    N_("{name} reported it: somebody else has to look"),
    N_("{name} is no verifier and could give no verdict; those who can are {names}"),
    N_("pending is what it is while nobody has responded"),
    N_("a time of arrival goes with on-the-way only"),
    N_("the report itself is not here: who has it can broadcast it"),
    N_("this is your own report: somebody else has to broadcast it"),
    N_("nobody but you confirms it: a wide alarm takes a verifier and another person"),
    N_("{name!r} is not a level; it is {names}"),
    N_("nobody but you has that role"),
    N_("the last of {people} people answers after {needed} min: give them as long, or make the "
       "slots shorter"),
    N_("{people} people take {needed} min, more than 255: ask fewer at once"),
    N_("who answers was heard from: say how you are, for example ok"),
    N_("this is your own roll call: you are the one who is answered"),
    # decisions
    N_("name at least one decision; meshdefense roster pending lists them"),
    N_("you agree with {names} already"),
    N_("{hours} hours are outside 1 to {limit}; longer takes a revocation"),
    N_("{ref} is no suspension or warning in force; meshdefense roster show lists them"),
    N_("member {number} was revoked already"),
    N_("this takes an organizer of the network"),
    N_("team {team} has no number left; begin another one"),
    N_("name at least one role, for example --role patrol"),
    N_("{name} was revoked; that is for ever"),
    N_("the handle {handle} is taken; choose one with --handle"),
    N_("give a number or a team, not both"),
    N_("number {number} was given out already; none is used again"),
    N_("that cannot be: {reason}"),
    N_("another decision about that person waits: meshdefense roster pending"),
    N_("this node is the lost one's own; another organizer does this"),
    N_("{name} was revoked already, and the keys in force are without them"),
    N_("this node does not hold the master of the keys: meet an organizer"),
    # membership
    N_("this node has no key yet; begin with: meshdefense member request"),
    N_("this node belongs to another network; use another data folder"),
    N_("the grant's roster does not hold this node's key: ask for your own"),
    N_("that grant is for member {number}; yours has number {own}"),
    N_("the organizers revoked this key; ask again with a new folder"),
    N_("this data folder belongs to no network yet: make one (meshdefense network create), or ask "
       "to be let in (meshdefense member request)"),
    N_("this data folder belongs to a network already; use another folder"),
    N_("the request is damaged"),
    N_("the grant is damaged"),
    N_("the request is damaged: its signature does not fit"),
    N_("the grant is damaged or forged: its signature does not fit"),
    N_("the code has a wrong character somewhere; scan it again, or take the file"),
    N_("the code is cut short; scan it again, or take the file"),
    # the daemon
    N_("this node is locked"),
    N_("unlock it: meshdefense unlock"),
    N_("no daemon answers at {path}"),
    N_("the daemon has closed the connection"),
    N_("the daemon accepted the connection but says nothing"),
    N_("the daemon failed at this; see its log"),
    N_("use the same version of MeshDefense for daemon and screen"),
    N_("this daemon speaks version {version} of the API"),
    N_("meshdefense alerts lists ids"),
    N_("nothing was accepted: {reason}"),
    N_("try again when that is solved"),
    N_("that request is too long"),
    # folder and store
    N_("Wrong passphrase."),
    N_("That passphrase opens something else here already. Choose another one."),
    N_("There is no keyslot file in this folder, so nothing in it can be opened."),
    N_("There is no store in this folder."),
    N_("There is a store or a keyslot file in this folder already; it was left as it is."),
    N_("The keyslot file was written by a newer MeshDefense. Update this one to open it."),
    N_("The data folder {path} cannot be used: {reason}."),
    N_("Other users can look into {path}. Choose an empty folder of your own, or close this one: "
       "chmod 700 {same}"),
    N_("The passphrase file cannot be used. {detail}"),
    N_("The device share cannot be used. {detail}"),
    N_("That is not the code of a recovery sheet. {detail}"),
    N_("Other users can read it. Close it first: chmod 600 {path}"),
    # library, timeline, exports
    N_("{id} is not taken: member {number} is not in the roster here; take a newer roster first"),
    N_("{id} is not taken: the organizers revoked member {number}, who signed it"),
    N_("{id} is not taken: member {number}, who signed it, is no organizer"),
    N_("{id} is not taken: it is damaged or forged: its signature does not fit"),
    N_("{id} is a document of another network"),
    N_("{count} documents are here, and there is no room for more: remove one with "
       "`meshdefense library remove`"),
    N_("{id} ({language}) is version {version}; version {held} is here and stays"),
    N_("{id} ({language}): there are two different texts of version {version}; the one that "
       "is here stays. Ask an organizer to sign a higher one"),
    N_("the {id} that is here was written by a newer version of this program"),
    N_("there is no document {id}; library list has them all"),
    N_("there is no such signed document; library list has them all"),
    N_("{id} names no document; write up to 40 small letters, digits and hyphens, for "
       "example know-your-rights"),
    N_("a title has 1 to {limit} printable bytes in one line"),
    N_("a document without a text is no document"),
    N_("the text has {size} bytes, the limit is {limit}: make two of it"),
    N_("that is no text: it holds zero bytes"),
    N_("the text has characters that no file can hold"),
    N_("{name} is no kind of event: {names}"),
    # people with stock radios
    N_("the network's own frames go first"),
    N_("another node said it"),
    N_("answers have had their part of the airtime"),
    N_("it is not so any more"),
    N_("it is not verified any more"),
    N_("the policy lets nothing out"),
    N_("another report tells it"),
    N_("the radio does not know the key of the other radio"),
    N_("it was too late"),
    N_("too many answers wait"),
    N_("the daemon ended before the radio told"),
    N_("the radio has no channel {name} for stock radios; it has: {names}"),
    N_("{name} is the radio's primary channel, on which the network's own frames are; to speak "
       "there all the same, say --stock-channel {primary}"),
    N_("the radio has two channels {name}: name one by its index"),
    N_("no stock report {id} waits"),
    N_("this node does not listen to stock radios"),
    N_("meshdefense stock list lists them"),
    N_("start it with: meshdefense run --stock-channel NAME_OR_INDEX"),
    N_("it does not say what was seen: name a kind, --kind on the line"),
)  # fmt: skip
"""Templates of what is said elsewhere; `tests/language` finds each where it is said."""
_GAP: Final = re.compile(r"\{(\w+)[^{}]*\}")
_INNER: Final = frozenset({"detail", "reason", "what"})
"""Values that may be such sentences themselves, or names of what they are about."""
_NAMES: Final = (
    N_("SOS calls"), N_("confirmed alerts"), N_("alerts"), N_("check-ins"), N_("repairs"),
    N_("notices"), N_("positions"), N_("digests"), N_("long reports"),
    N_("lines for stock radios"),
    N_("kind"), N_("severity"), N_("activity"), N_("unit class"), N_("equipment"), N_("scope"),
    N_("verdict"), N_("check-in state"), N_("motion"), N_("reason"), N_("acknowledgement"),
    N_("response"), N_("SOS kind"), N_("SOS ending"), N_("closing reason"),
    N_("escalation reason"), N_("stand-down reason"), N_("reason of a decision"),
)  # fmt: skip
"""Classes of airtime and lists of words, as the protocol names them."""


def translated(text: str, language: str = "") -> str:
    """The sentence in `language`, by default the one in use; as it came where it is not known."""
    language = language or languages.current()
    if not text or language == languages.ENGLISH:
        return text
    found = translations(language)
    if (said := found.gettext(text)) != text:
        return said
    for pattern, template in _patterns():
        if (match := pattern.fullmatch(text)) is not None:
            values = {
                name: translated(value, language) if name in _INNER else value
                for name, value in match.groupdict().items()
            }
            # the value has its quotes already
            return found.gettext(template).replace("!r}", "}").format(**values)
    return text


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Templates with values, those with the most letters of their own first."""
    templates = [one for one in SENTENCES if "{" in one]
    templates.sort(key=lambda one: -len(_GAP.sub("", one)))
    return tuple((re.compile(_pattern(one)), one) for one in templates)


def _pattern(template: str) -> str:
    parts = _GAP.split(template)  # text, name, text, ..., text
    return "".join(
        f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
    )
