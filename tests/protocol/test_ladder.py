"""What has become of an alert is the same in whatever order the items came."""

from __future__ import annotations

import itertools
import os
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import Standing, stand
from meshdefense_protocol.packets import (
    Acknowledge,
    Broadcast,
    Close,
    KnownBody,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.decisions import MARK_MAX
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.roster import Revocation, Roster, Suspension
from meshdefense_protocol.words import LADDER, VERDICTS
from support.ladder_model import Said, state_of
from support.network import DATE, NOW, ROLES, Network

NETWORK = Network()
PIA = 3
REPORT = ItemId(PIA, 0, 17)
HIGH, CRITICAL = 2, 3
END = NOW + 3600
NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
RUNS, STEPS = (20_000, 100) if NIGHTLY else (100, 50)


def report(severity: int = HIGH) -> Item:
    return NETWORK.item("pia", Report(None, 7, severity), sequence=REPORT.sequence)


def said(name: str, body: KnownBody, sequence: int, at: float = 0.0) -> Item:
    return NETWORK.item(name, body, sequence=sequence, now=NOW + at)


def verdict(name: str, result: str, sequence: int = 0, at: float = 0.0) -> Item:
    return said(name, Verdict(REPORT, VERDICTS.code(result)), sequence, at)


def close(name: str, sequence: int = 0, at: float = 60.0) -> Item:
    return said(name, Close(REPORT), sequence, at)


def adding(name: str, sequence: int = 0) -> Item:
    return said(name, Report(None, 7, HIGH, about=REPORT), sequence)


def broadcast(name: str, sequence: int = 0, severity: int = HIGH) -> Item:
    return said(name, Broadcast(REPORT, Report(None, 7, severity)), sequence)


def retraction(name: str, sequence: int = 40, of: ItemId = REPORT) -> Item:
    return said(name, Retract(of), sequence)


def standing(
    items: list[Item], *, roster: Roster = NETWORK.roster, now: float = NOW, end: float = END
) -> Standing:
    return stand(REPORT, items, roster=roster, now=now, expires_at=end)


def other_roster(
    policies: Policies | None = None,
    marks: dict[int, int] | None = None,
    pauses: dict[int, tuple[float, float]] | None = None,
) -> Roster:
    """The network's, with members out (by the mark that still counts) or suspended."""
    out = {n: Revocation(n, 1, mark, MARK_MAX, NOW) for n, mark in (marks or {}).items()}
    paused = tuple(
        Suspension(ItemId(1, 32, n), n, 1, 0, start, end)
        for n, (start, end) in (pauses or {}).items()
    )
    return Roster(
        1, NETWORK.roster, policies=policies, date=DATE, revocations=out, suspensions=paused
    )


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ([report()], "unconfirmed"),
        ([report(), verdict("vic", "uncertain")], "unconfirmed"),
        ([report(), verdict("vic", "confirmed")], "verified"),
        ([report(), verdict("vic", "nothing-there")], "disputed"),
        ([report(), verdict("vic", "something-else")], "disputed"),
        ([report(), verdict("vic", "confirmed"), verdict("base", "nothing-there")], "disputed"),
        ([report(), verdict("vic", "confirmed"), verdict("base", "uncertain")], "verified"),
        ([report(), verdict("vic", "nothing-there"), verdict("vic", "confirmed", 1)], "verified"),
        ([report(), verdict("vic", "nothing-there", 1), verdict("vic", "confirmed")], "disputed"),
        ([report(), verdict("pia", "confirmed")], "unconfirmed"),
        ([report(), retraction("vic")], "unconfirmed"),
        ([report(), retraction("pia"), verdict("vic", "confirmed")], "retracted"),
        ([report(), NETWORK.item("rob", Acknowledge((REPORT,)), sequence=0)], "unconfirmed"),
        ([report(), adding("ned")], "corroborated"),
        ([report(), adding("pia", 18)], "unconfirmed"),
        ([report(), adding("ned"), retraction("ned", of=ItemId(5, 0, 0))], "unconfirmed"),
        ([report(), adding("ned"), retraction("vic", of=ItemId(5, 0, 0))], "corroborated"),
        ([report(), adding("ned"), verdict("vic", "confirmed")], "verified"),
        ([report(CRITICAL), verdict("vic", "confirmed")], "unconfirmed"),
        ([report(CRITICAL), verdict("vic", "confirmed"), verdict("base", "confirmed")], "verified"),
        ([report(), close("vic")], "unconfirmed"),
        ([report(), close("vic"), close("vic", 1)], "unconfirmed"),
        ([report(), close("vic"), close("base")], "closed"),
        ([report(), close("vic"), close("pia", 18)], "closed"),
        ([report(), verdict("vic", "nothing-there"), close("vic", 1), close("base")], "closed"),
        ([broadcast("base")], "unconfirmed"),
        ([broadcast("base"), verdict("base", "confirmed", 1)], "unconfirmed"),
        ([broadcast("base"), verdict("vic", "confirmed")], "verified"),
        ([broadcast("pia"), verdict("vic", "confirmed")], "unconfirmed"),
        ([broadcast("base", 0, CRITICAL), verdict("vic", "confirmed")], "unconfirmed"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} items",
)
def test_the_ladder(items: list[Item], state: str) -> None:
    for order in itertools.permutations(items):
        assert standing(list(order)).state == state
    over = state if state in ("retracted", "closed") else "expired"
    assert standing(items, now=END).state == over


def test_a_verifier_who_sees_it_again_reopens_what_two_people_closed() -> None:
    items = [report(), close("vic", at=60), close("base", at=80)]
    assert standing(items).state == "closed"
    again = verdict("ada", "confirmed", at=100)
    found = standing([*items, again])
    assert (found.state, found.closes, found.reopened) == ("verified", (), again)
    once_more = [*items, again, close("vic", 1, at=120)]
    assert standing(once_more).state == "verified", "the other one has to say it again as well"
    assert standing([*once_more, close("base", 1, at=140)]).state == "closed"


def test_who_closes_and_then_confirms_has_taken_the_closing_back_whatever_the_clock_says() -> None:
    items = [report(), close("base", at=60), close("vic", 0, at=500)]
    assert standing([*items, verdict("vic", "confirmed", 1, at=10)]).state == "verified"


def test_who_confirms_first_and_closes_then_has_closed_it_whatever_the_clock_says() -> None:
    items = [report(), verdict("vic", "confirmed", at=500), close("vic", 1, at=60)]
    assert standing([*items, close("base", at=520)]).state == "closed"


def test_a_verdict_of_the_same_moment_as_a_close_does_not_take_it_back() -> None:
    items = [
        report(),
        close("vic", at=60),
        close("base", at=60),
        verdict("ada", "confirmed", at=60),
    ]
    assert standing(items).state == "closed"


def test_a_claim_beyond_the_alerts_end_is_a_wrong_clock_and_reopens_nothing() -> None:
    items = [report(), close("vic"), close("base"), verdict("ada", "confirmed", at=86_400 * 300)]
    assert standing(items).state == "closed"


def test_it_says_how_many_have_spoken_and_how_many_it_takes() -> None:
    found = standing([report(CRITICAL), verdict("vic", "confirmed"), close("base")])
    assert (found.confirmed, found.needed) == (1, 2)
    assert (len(found.closes), found.closes_needed) == (1, 2)
    policies = Policies(verdicts_critical=3, all_clear=4)
    found = standing([report(CRITICAL)], roster=other_roster(policies))
    assert (found.needed, found.closes_needed) == (3, 4)


def test_only_the_newest_verdict_of_each_verifier_counts() -> None:
    first, second = verdict("vic", "confirmed"), verdict("vic", "uncertain", 5)
    other = verdict("base", "confirmed", 3)
    assert standing([second, other, first]).verdicts == (other, second)


def test_the_first_retraction_is_the_one_that_counts() -> None:
    first, second = retraction("pia", 43), retraction("pia", 48)
    assert standing([report(), second, first]).retraction == first


def test_a_verdict_beyond_the_mark_of_a_revoked_verifier_does_not_count_and_an_earlier_one_does() -> (  # noqa: E501
    None
):
    vic = NETWORK.number("vic")
    items = [report(), verdict("vic", "confirmed", 6)]
    assert standing(items, roster=other_roster(marks={vic: 6})).state == "verified"
    assert standing(items, roster=other_roster(marks={vic: 5})).state == "unconfirmed"
    earlier = [*items, verdict("vic", "nothing-there", 5)]
    assert standing(earlier, roster=other_roster(marks={vic: 5})).state == "disputed"


def test_what_somebody_said_while_suspended_does_not_count() -> None:
    vic = NETWORK.number("vic")
    items = [report(), verdict("vic", "confirmed", 6, at=50)]
    for pause, state in (((NOW, NOW + 60), "unconfirmed"), ((NOW + 60, NOW + 99), "verified")):
        assert standing(items, roster=other_roster(pauses={vic: pause})).state == state


def test_a_report_beyond_its_authors_mark_stands_only_by_what_others_say() -> None:
    roster = other_roster(marks={PIA: 16})
    found = standing([report()], roster=roster)
    assert (found.state, found.counts, found.retraction) == ("retracted", False, None)
    assert standing([report(), adding("ned")], roster=roster).state == "unconfirmed"
    assert standing([report(), adding("ned"), adding("lea")], roster=roster).state == "corroborated"
    alone = [report(), verdict("vic", "confirmed")]
    assert standing(alone, roster=roster).state == "unconfirmed", "one person is one key"
    assert standing([*alone, adding("ned")], roster=roster).state == "verified"


def test_what_is_said_in_a_drill_counts_for_a_drill_only() -> None:
    real = report()
    exercise = NETWORK.item("pia", Report(None, 7, HIGH), sequence=REPORT.sequence, drill=True)
    said = NETWORK.item("vic", Verdict(REPORT, VERDICTS.code("confirmed")), drill=True, sequence=3)
    assert standing([real, said]).state == "unconfirmed"
    assert standing([exercise, said]).state == "verified"
    alarm = NETWORK.item("base", Broadcast(REPORT, Report(None, 7)), sequence=4)
    assert standing([alarm, said]).state == "unconfirmed"


def test_every_state_is_a_word_of_the_ladder() -> None:
    pool = [report(), verdict("vic", "confirmed"), close("vic", 1), close("base"), adding("ned")]
    for count in range(len(pool) + 1):
        for some in itertools.combinations(pool, count):
            assert LADDER.code(standing(list(some)).state) in LADDER


SPEAKERS = sorted(ROLES)
BODIES: dict[str, KnownBody] = {
    "addition": Report(None, 7, HIGH, about=REPORT),
    "confirmed": Verdict(REPORT, VERDICTS.code("confirmed")),
    "against": Verdict(REPORT, VERDICTS.code("nothing-there")),
    "uncertain": Verdict(REPORT, VERDICTS.code("uncertain")),
    "broadcast": Broadcast(REPORT, Report(None, 7, HIGH)),
    "close": Close(REPORT),
    "retract": Retract(REPORT),
}


class LadderMachine(RuleBasedStateMachine):
    """People say things, clocks jump, organizers decide; the fold agrees with the model."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.said: list[Said] = []
        self.places = dict.fromkeys(ROLES, 20)
        self.clock = 100
        self.marks: dict[int, int] = {}
        self.pauses: dict[int, tuple[int, int]] = {}
        self.policies = Policies()
        self.now = NOW
        self.chance = Random(7)

    def say(
        self, name: str, body: KnownBody, what: str, off: int, of: int = -1, *, drill: bool = False
    ) -> None:
        place = REPORT.sequence if what == "report" else self.places[name]
        self.places[name] += what != "report"
        at = max(0, self.clock + off)
        item = NETWORK.item(name, body, sequence=place, now=NOW + 4 * at, drill=drill)
        self.items.append(item)
        self.said.append(Said(item.id.author, place, item.units, what, of, drill))

    @rule(off=st.integers(-9, 9), drill=st.booleans())
    def the_report_comes(self, off: int, drill: bool) -> None:
        if not any(word.what == "report" for word in self.said):
            self.say("pia", Report(None, 7, HIGH), "report", off, drill=drill)

    @rule(
        name=st.sampled_from(SPEAKERS),
        what=st.sampled_from(sorted(BODIES)),
        off=st.integers(-40, 40) | st.just(100_000),
        drill=st.sampled_from([False, False, False, True]),
    )
    def somebody_speaks(self, name: str, what: str, off: int, drill: bool) -> None:
        self.say(name, BODIES[what], what, off, drill=drill)

    @rule(name=st.sampled_from(SPEAKERS))
    def somebody_takes_an_addition_back(self, name: str) -> None:
        number = NETWORK.number(name)
        own = [w for w in self.said if w.who == number and w.what == "addition"]
        if own:
            body = Retract(ItemId(number, 0, own[-1].place))
            self.say(name, body, "retract-addition", 0, own[-1].place)

    @rule(name=st.sampled_from(SPEAKERS), keep=st.integers(0, 4))
    def somebody_is_revoked(self, name: str, keep: int) -> None:
        self.marks[NETWORK.number(name)] = max(0, self.places[name] - keep)

    @rule(name=st.sampled_from(SPEAKERS), since=st.integers(-30, 10), long=st.integers(1, 40))
    def somebody_is_suspended(self, name: str, since: int, long: int) -> None:
        start = self.clock + since
        self.pauses[NETWORK.number(name)] = (start, start + long)

    @rule(needed=st.integers(1, 3), all_clear=st.integers(2, 3))
    def policies_change(self, needed: int, all_clear: int) -> None:
        self.policies = Policies(verdicts_high=needed, all_clear=all_clear)

    @rule(units=st.integers(1, 60))
    def time_passes(self, units: int) -> None:
        self.clock += units
        self.now += 4.0 * units

    @invariant()
    def the_fold_is_what_the_model_says_in_any_order(self) -> None:
        base = int((NOW - DATE) // 4)
        roster = other_roster(
            self.policies,
            {who: mark for who, mark in self.marks.items()},
            {who: (NOW + 4.0 * a, NOW + 4.0 * b) for who, (a, b) in self.pauses.items()},
        )
        pauses = {who: (base + a, base + b) for who, (a, b) in self.pauses.items()}
        expected = state_of(
            self.said, reporter=PIA, marks=self.marks, pauses=pauses,
            needed=self.policies.verdicts_high, all_clear=self.policies.all_clear,
            end=int((END - DATE) // 4), over=self.now >= END,
        )  # fmt: skip
        shuffled = [*self.items, *self.items[:3]]
        self.chance.shuffle(shuffled)
        found = standing(shuffled, roster=roster, now=self.now)
        assert (found.state, found.confirmed, len(found.closes)) == expected
        assert found == standing(self.items, roster=roster, now=self.now)


LadderMachine.TestCase.settings = settings(
    max_examples=RUNS, stateful_step_count=STEPS, deadline=None
)
TestLadder = LadderMachine.TestCase
