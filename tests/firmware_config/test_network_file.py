"""Network files as people write them: right, wrong, and hostile."""

from __future__ import annotations

import base64
import subprocess
import sys
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.example import example_network
from meshdefense_radio.jobs import Job
from meshdefense_radio.network import without_keys
from meshdefense_radio.network_file import parse_network
from meshdefense_radio.regions import slot_of
from support.radio_states import key_of

KEY = "base64:" + base64.b64encode(key_of("South")).decode()
GOOD = """\
network: South Side
region: US
preset: LONG_FAST
channels:
  - {name: South, key: sealed, jobs: all}
  - {name: Second, key: sealed, jobs: [base, relay]}
radios:
  - {name: Base 1, short: B1, job: base}
  - {name: Patrol 1, short: P1, job: patrol}
"""


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_network(text)
    return caught.value


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_is_read_whole() -> None:
    network = parse_network(GOOD)
    assert (network.name, network.region.name, network.preset) == ("South Side", "US", "LONG_FAST")
    assert (network.hop_limit, network.language, network.admin_keys) == (3, "en", ())
    assert [channel.name for channel in network.channels] == ["South", "Second"]
    assert network.channels[0].primary
    assert network.channels[0].jobs == frozenset(Job)
    assert [(radio.name, radio.short, radio.job) for radio in network.radios] == [
        ("Base 1", "B1", Job.BASE),
        ("Patrol 1", "P1", Job.PATROL),
    ]
    assert network.slot == slot_of(network.region, "LONG_FAST", "South")
    assert network.hints == ()
    assert network.hand_keys == ()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_example_is_right_and_has_all_that_people_choose(language: str) -> None:
    text = example_network(language)
    network = parse_network(text)
    assert network.language == language
    assert network.hints == ()
    assert {radio.job for radio in network.radios} == set(Job) - {Job.TRACKER}
    assert all(job.value in text for job in Job)
    assert "base64:..." in text
    assert max(map(len, text.splitlines())) <= 100


def test_both_examples_describe_the_same_network() -> None:
    one, two = (parse_network(example_network(language)) for language in ("en", "es"))
    assert [radio.job for radio in one.radios] == [radio.job for radio in two.radios]
    assert [channel.jobs for channel in one.channels] == [channel.jobs for channel in two.channels]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("just words", "the network file needs names with values"),
        ("- a\n- b", "the network file needs names with values"),
        (changed("region:", "regon:"), "line 2: 'regon' is not known here; did you mean region?"),
        (changed("region: US\n", ""), "the network file needs region"),
        (changed("US", "USA"), "there is no region 'USA'; did you mean US?"),
        (changed("US", "UNSET"), "a radio without a region does not transmit"),
        (changed("US", "LORA_24"), "the other radios do not hear them"),
        (changed("LONG_FAST", "LONG_FAT"), "preset cannot be 'LONG_FAT'"),
        (changed("LONG_FAST", "LONG_FAT"), "did you mean LONG_FAST?"),
        (changed("US\npreset: LONG_FAST", "EU_868\npreset: SHORT_TURBO"),
         "preset SHORT_TURBO is not allowed in region EU_868; allowed: LONG_FAST"),
        (GOOD + "hop_limit: eight\n", "hop_limit has to be a whole number from 1 to 7"),
        (GOOD + "hop_limit: 8\n", "hop_limit has to be a whole number from 1 to 7"),
        (GOOD + "hop_limit: 3.5\n", "hop_limit has to be a whole number from 1 to 7"),
        (GOOD + "slot: 105\n", "slot has to be a whole number from 1 to 104"),
        (GOOD + "language: fr\n", "language cannot be 'fr'; it is one of en, es"),
        (GOOD + "region: US\n", "line 10: region stands here twice"),
        (changed("name: Base 1", "nam: Base 1"), "'nam' is not known here; did you mean name?"),
        (changed("name: Base 1,", "name: Base 1, name: B,"), "name stands here twice"),
        (changed("name: Base 1", "name: [Base, 1]"), "radios name has to be one value"),
        (changed("name: Base 1", "name: "), "radios name has no value"),
        (changed("name: Base 1", "name: ' Base'"), "radios name begins or ends with a blank"),
        (changed("name: Base 1", r'name: "Ba\tse"'), "holds a character that cannot be shown"),
        (changed("name: Base 1", r'name: "Ba\u202Ese"'), "holds a character that cannot be shown"),
        (changed("name: Base 1", "name: " + "x" * 40), "radios name has 40 bytes; at most 24 fit"),
        (changed("name: Base 1", "name: " + "ñ" * 20), "radios name has 40 bytes; at most 24 fit"),
        (changed("short: B1", "short: Base1"), "radios short has 5 bytes; at most 4 fit"),
        (changed("short: B1", "short: ñññ"), "radios short has 6 bytes; at most 4 fit"),
        (changed("name: South", "name: SouthSideEnd"), "channels name has 12 bytes; at most 11"),
        (changed("job: patrol", "job: patrole"), "did you mean patrol?"),
        (changed("jobs: all", "jobs: everybody"), "channels jobs cannot be 'everybody'"),
        (changed("jobs: [base, relay]", "jobs: [base, rely]"), "did you mean relay?"),
        (changed("P1", "B1"), "line 9: two radios have the short name 'B1' (line 8)"),
        (changed("Patrol 1", "Base 1"), "line 9: two radios are called 'Base 1' (line 8)"),
        (changed("Patrol 1", "base 1"), "names 'base 1' and 'Base 1' (line 8) differ only"),
        (changed("Patrol 1", "GASSE").replace("Base 1", "Gaße"), "differ only in capitals"),
        (changed("Patrol 1", "Pe\u00f1a").replace("Base 1", "Pen\u0303a"), "two radios are called"),
        (changed("Second", "South"), "two channels are called 'South'"),
        (changed("jobs: all", "jobs: [base]"), "radio 'Patrol 1': its job, patrol, has no channel"),
        (changed("Second", "Admin"), "the firmware uses the channel name 'Admin' for itself"),
        (changed("jobs: all", "jobs: all, primary: yes").replace("relay]", "relay], primary: yes"),
         "two channels are primary, 'South' and 'Second'"),
        (changed("jobs: all", "jobs: all, primary: perhaps"), "has to be true or false"),
        (changed("key: sealed, jobs: all", "jobs: all"), "a channel needs key"),
        (changed("channels:\n", "channels: none\nx:\n"), "channels has to be a list"),
        (changed("network: South Side", "network: {a: b}"), "network has to be one value"),
        ("a: &x 1\nb: *x", "references (& and *) are not allowed"),
        ("a: !!python/object:os.system 1", "tags (!) are not allowed"),
        ("a: 1\n---\nb: 2", "only one document"),
        ("a:\n\t- b", "use blanks at the beginning of lines, not tabs"),
        ("a: [1, 2", "not YAML as it should be"),
        ("a: 'open", "is a quote not closed?"),
        ("a: b: c", "do the lines of one list begin in the same column?"),
        (changed("South Side", r'"\UFFFFFFFF"'), "line 1: this is not YAML"),
        (changed("South Side", r'"\U00110000"'), "there is a character that no text has"),
        (f"%YAML {'9' * 5000}.1\n---\n{GOOD}", "line 1: this is not YAML as it should be"),
        (GOOD + r'language: "' + "\n\n" + r'\UFFFFFFFF"', "line 12: this is not YAML"),
        (changed("Patrol 1", "UNFINISHED Base 1"), "line 9: a radio cannot be called 'UNFINISHED"),
        (changed("Patrol 1", "UNFINISHED"), "names that begin with UNFINISHED say"),
        (changed("Base 1", "1" + "x" * 13).replace("Patrol 1", "2" + "x" * 13),
         f"line 9: the names '2{'x' * 13}' and '1{'x' * 13}' (line 8) end alike"),
        ("a: \0", "there is a character that no text has"),
        ("[" * 5000, "nested too deeply"),
        ("x" * 70_000, "the file has 70000 characters; at most 65536 are read"),
        ("- 1\n" * 20_001, "the file has 80004 characters"),
        ("[" + "1," * 20_001, "too many values"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(text: str, said: str) -> None:
    error = refused(text)
    assert said in str(error)
    assert error.text("es") != str(error)
    assert all(line.startswith("network.yaml: ") for line in str(error).splitlines())


def keyed(value: str) -> str:
    return changed("name: South, key: sealed", f"name: South, key: {value}")


def b64(key: bytes) -> str:
    return "base64:" + base64.b64encode(key).decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b64(key_of("a")[:31]), "the key has 31 bytes; it needs 32"),
        (b64(key_of("a")[:16]), "the key has 16 bytes; it needs 32"),
        (b64(key_of("a") + b"!"), "the key has 33 bytes; it needs 32"),
        (b64(b"\1"), "the key is a public one of Meshtastic"),
        (b64(b"\x0a"), "the key is a public one of Meshtastic"),
        ("base64:1PG7OiApB1nwvP+rz05pAQ==", "the key is a public one of Meshtastic"),
        (b64(bytes.fromhex("d4f1bb3a20290759f0bcffabcf4e6901") + bytes(16)), "a public one"),
        (b64(b"\0"), "there is no key: everybody could read it"),
        ('"base64:"', "there is no key: everybody could read it"),
        (b64(bytes(32)), "the key is not random"),
        (b64(bytes(range(32))), "the key is not random"),
        (b64(b"correct horse battery staple 12."), "the key is not random"),
        (b64(key_of("a")).removeprefix("base64:"), "has to be `sealed`, or 32 bytes written as"),
        ("base64:***", "has to be `sealed`, or 32 bytes written as base64:..."),
        ("none", "has to be `sealed`"),
        ("", "the key of channel 'South' has no value"),
        ("[1]", "the key of channel 'South' has to be one value"),
    ],
)
def test_a_bad_key_is_refused_and_never_shown(value: str, said: str) -> None:
    error = refused(keyed(value))
    assert said in str(error)
    assert str(error).startswith("network.yaml: line 5: ")
    shown = str(error) + error.text("es") + repr(error)
    digits = value.strip('"').removeprefix("base64:")
    assert len(digits) < 8 or digits not in shown


@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"'])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("head", ["", "\ufeff", "# remark with ñ and 🦉\r\n"])
def test_a_key_written_by_hand_is_found_and_can_be_taken_out(
    form: str, encode: object, head: str
) -> None:
    assert callable(encode)
    key = key_of("by hand")
    value = form.format("base64:" + encode(key).decode())
    text = head + keyed(value)
    network = parse_network(text)
    (found,) = network.hand_keys
    assert (found.channel, found.key) == ("South", key)
    assert text[found.start : found.end] == value
    clean = without_keys(text, network)
    assert clean == head + GOOD
    assert parse_network(clean).hand_keys == ()
    for told in (repr(network), str(network), repr(found)):
        assert "base64" not in told
        assert repr(key) not in told
        assert key.hex() not in told


def test_two_keys_by_hand_are_both_taken_out_and_may_not_be_the_same() -> None:
    text = GOOD.replace("key: sealed", f"key: {KEY}", 1)
    text = text.replace("key: sealed", f"key: {b64(key_of('other'))}", 1)
    network = parse_network(text)
    assert [key.channel for key in network.hand_keys] == ["South", "Second"]
    assert without_keys(text, network) == GOOD
    error = refused(GOOD.replace("key: sealed", f"key: {KEY}"))
    assert "line 6: channels 'South' and 'Second' have the same key" in str(error)


def test_a_key_that_stands_where_a_name_should_be_is_not_repeated() -> None:
    error = refused(f"{KEY}: x\n" + changed("US", KEY).replace("B1", KEY))
    assert base64.b64encode(key_of("South")).decode()[:12] not in str(error) + error.text("es")


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_lines() -> None:
    text = changed("US", "UA").replace("Second", "Second too long").replace("P1", "toolong")
    error = refused(text + "hop_limit: x\n")
    lines = [problem.line for problem in error.problems]
    assert lines == [2, 6, 9, 10]


def test_names_stay_as_they_were_written() -> None:
    network = parse_network(changed("short: B1", "short: 07").replace("Base 1", "NO"))
    assert network.radios[0].short == "07"
    assert network.radios[0].name == "NO"


def test_nine_channels_are_too_many_for_one_radio() -> None:
    channels = "".join(f"  - {{name: C{n}, key: sealed, jobs: all}}\n" for n in range(7))
    error = refused(changed("radios:", channels + "radios:"))
    assert "job base would have 9 channels; a radio holds 8" in str(error)
    parse_network(changed("radios:", channels.replace("all", "[patrol]") + "radios:"))


def test_what_may_be_meant_so_is_a_hint() -> None:
    text = changed("Patrol 1", "María 2").replace("[base, relay]", "[tracker]")
    hints = [problem.text() for problem in parse_network(text).hints]
    assert any("'María 2' looks like a person's name" in hint for hint in hints)
    assert any("no radio gets the channel 'Second'" in hint for hint in hints)
    remarks = parse_network(changed("US", "UA_868")).hints
    assert "36 seconds" in remarks[0].text()


def test_admin_keys_are_public_keys_and_come_with_a_warning() -> None:
    network = parse_network(GOOD + f"admin_keys: [{b64(key_of('admin'))}]\n")
    assert network.admin_keys == (key_of("admin"),)
    assert "can change every radio from afar" in network.hints[0].text()
    error = refused(GOOD + "admin_keys: [base64:AQ==]\n")
    assert "admin_keys has to be" in str(error)
    four = ", ".join(b64(key_of(str(n))) for n in range(4))
    assert "at most 3 admin keys" in str(refused(GOOD + f"admin_keys: [{four}]\n"))


def test_a_slot_can_be_chosen() -> None:
    assert parse_network(GOOD + "slot: 7\n").slot == 7


def test_the_primary_channel_may_stand_anywhere() -> None:
    text = changed("jobs: [base, relay]", "jobs: all, primary: true")
    network = parse_network(text)
    assert [channel.name for channel in network.channels_of(Job.BASE)] == ["Second", "South"]
    assert network.slot == slot_of(network.region, network.preset, "Second")


def test_250_radios_are_read() -> None:
    many = "".join(f"  - {{name: Radio {n}, short: R{n}, job: patrol}}\n" for n in range(248))
    assert len(parse_network(GOOD + many).radios) == 250
    more = "".join(f"  - {{name: More {n}, short: M{n}, job: patrol}}\n" for n in range(3))
    assert "there are 253 radios; at most 250" in str(refused(GOOD + many + more))


PIECES = [*GOOD.replace("\n", " \n ").split(" "), "[", "]", "{", "}", ": ", "- ", "\n", "  ", "&a",
          "*a", "!t", "|", ">", "'", '"', "#", "%YAML 1.9", "---", "...", "? ", KEY, "0x1F", "~",
          "<<", "\t", "\ud7ff", "🦉"]  # fmt: skip


def read_or_refused(text: str) -> None:
    error = None
    try:
        network = parse_network(text)
    except ConfigError as caught:
        error = caught
    if error is None:
        assert network.channels
        assert network.radios
    else:
        assert error.problems
        assert error.text("es")
        assert base64.b64encode(key_of("South")).decode() not in str(error)


@given(st.text(max_size=300))
@example("\ud800")
@example("a: 2026-99-99")
@example("? [a]\n: b")
@example("=: =")
@example("{[1]: 2}")
def test_any_text_gives_a_network_or_one_error(text: str) -> None:
    read_or_refused(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_pieces_of_yaml_give_a_network_or_one_error(text: str) -> None:
    read_or_refused(text)


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(["", *PIECES]))
def test_any_damage_to_a_good_file_gives_a_network_or_one_error(
    place: int, length: int, piece: str
) -> None:
    read_or_refused(GOOD[:place] + piece + GOOD[place + length :])


def test_a_name_is_kept_in_one_form_of_unicode_however_it_was_typed() -> None:
    network = parse_network(changed("Base 1", "Pen\u0303a"))
    assert [radio.name for radio in network.radios] == ["Pe\u00f1a", "Patrol 1"]


def test_an_alias_bomb_is_refused_at_its_first_reference() -> None:
    bomb = textwrap.dedent(
        """\
        a: &a [x, x, x, x, x, x, x, x, x]
        b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
        c: &c [*b, *b, *b, *b, *b, *b, *b, *b]
        """
    )
    assert [problem.line for problem in refused(bomb).problems] == [1]


def test_a_file_is_checked_without_loading_the_radios_library() -> None:
    # which takes half a second, more on a Raspberry Pi
    code = (
        "import sys; from meshdefense_radio.network_file import parse_network;"
        "from meshdefense_radio.example import example_network;"
        "parse_network(example_network()); sys.exit('meshtastic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
