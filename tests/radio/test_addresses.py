import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.radio.addresses import (
    Address,
    AddressError,
    BleAddress,
    NoRadio,
    SerialAddress,
    TcpAddress,
    parse_address,
)

FORMS = [
    ("serial:/dev/ttyUSB0", SerialAddress("/dev/ttyUSB0")),
    ("serial:/dev/serial/by-id/usb-RAK:1-if00", SerialAddress("/dev/serial/by-id/usb-RAK:1-if00")),
    ("tcp:radio.local", TcpAddress("radio.local", 4403)),
    ("tcp:10.0.0.5:4404", TcpAddress("10.0.0.5", 4404)),
    ("tcp:[fe80::1%eth0]", TcpAddress("fe80::1%eth0", 4403)),
    ("tcp:[::1]:9999", TcpAddress("::1", 9999)),
    ("ble:AA:BB:CC:DD:EE:FF", BleAddress("AA:BB:CC:DD:EE:FF")),
    ("ble:Base radio_1a2b", BleAddress("Base radio_1a2b")),
    ("none", NoRadio()),
]


@pytest.mark.parametrize(("text", "address"), FORMS)
def test_each_form_is_read_and_written_back(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


def test_default_port_may_be_written_out() -> None:
    assert parse_address("tcp:h:4403") == TcpAddress("h")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "it is empty"),
        ("/dev/ttyUSB0", "serial:/dev/ttyUSB0"),
        ("192.168.1.7", "names no scheme"),
        ("seriel:/dev/ttyUSB0", "did you mean serial:?"),
        ("TCP:host", "did you mean tcp:?"),
        ("bt:AA", "no scheme bt:"),
        ("non", "did you mean none?"),
        ("none:x", "nothing may follow none"),
        ("serial:", "nothing follows serial:"),
        ("ble: AA", "blanks"),
        ("tcp::4403", "host is missing"),
        ("tcp:a b", "cannot be a host's name"),
        ("tcp:host:", "the port ''"),
        ("tcp:host:0", "1 to 65535"),
        ("tcp:host:65536", "1 to 65535"),
        ("tcp:host:4403x", "1 to 65535"),
        ("tcp:host:" + "9" * 6000, "1 to 65535"),
        ("tcp:fe80::1", "tcp:[fe80::1]"),
        ("tcp:[::1", "[brackets]"),
        ("tcp:[::1]x", "[brackets]"),
    ],
)
def test_a_wrong_address_says_why_and_shows_the_four_forms(text: str, hint: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert hint in str(caught.value)
    assert "serial:PATH, tcp:HOST[:PORT], ble:ADDRESS or none" in str(caught.value)


@given(st.one_of(st.text(), st.sampled_from(["serial:", "tcp:", "ble:", "tcp:["]).flatmap(
    lambda scheme: st.text().map(lambda rest: scheme + rest)
)))  # fmt: skip
def test_any_text_is_either_refused_or_stable(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert parse_address(str(address)) == address
