from dataclasses import dataclass
from pathlib import Path

from meshdefense.radio.addresses import SerialAddress
from meshdefense.radio.usb import SerialFinder


@dataclass
class Port:
    device: str
    vid: int | None = 0x239A
    pid: int | None = 0x8029
    serial_number: str | None = "A1"


ACM0, ACM1 = SerialAddress("/dev/ttyACM0"), SerialAddress("/dev/ttyACM1")


def test_a_device_with_a_new_name_is_found_by_its_usb_id() -> None:
    ports = [Port("/dev/ttyACM0")]
    finder = SerialFinder(ACM0, lambda: ports)
    assert finder.locate() == ACM0
    ports[0].device = "/dev/ttyACM1"
    assert finder.locate() == ACM1


def test_the_remembered_device_wins_over_one_that_took_its_name() -> None:
    ports = [Port("/dev/ttyACM0")]
    finder = SerialFinder(ACM0, lambda: ports)
    finder.locate()
    ports[:] = [Port("/dev/ttyACM0", serial_number="B2"), Port("/dev/ttyACM1")]
    assert finder.locate() == ACM1


def test_a_replacement_under_the_same_name_is_taken() -> None:
    ports = [Port("/dev/ttyACM0")]
    finder = SerialFinder(ACM0, lambda: ports)
    finder.locate()
    ports[:] = [Port("/dev/ttyACM0", serial_number="B2")]
    assert finder.locate() == ACM0
    ports[:] = [Port("/dev/ttyACM1", serial_number="B2")]
    assert finder.locate() == ACM1


def test_two_devices_of_one_identity_are_told_apart_by_name_only() -> None:
    ports = [Port("/dev/ttyACM0", serial_number=None)]
    finder = SerialFinder(ACM0, lambda: ports)
    finder.locate()
    ports[:] = [Port("/dev/ttyACM1", serial_number=None), Port("/dev/ttyACM2", serial_number=None)]
    assert finder.locate() == ACM0


def test_a_port_without_usb_id_keeps_its_name() -> None:
    ports = [Port("/dev/ttyAMA0", vid=None, pid=None, serial_number=None)]
    finder = SerialFinder(SerialAddress("/dev/ttyAMA0"), lambda: ports)
    assert finder.locate() == SerialAddress("/dev/ttyAMA0")
    ports.clear()
    assert finder.locate() == SerialAddress("/dev/ttyAMA0")


def test_a_link_to_the_device_is_followed(tmp_path: Path) -> None:
    device, moved, link = tmp_path / "ttyACM0", tmp_path / "ttyACM1", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    ports = [Port(str(device))]
    finder = SerialFinder(SerialAddress(str(link)), lambda: ports)
    assert finder.locate() == SerialAddress(str(link))
    ports[0].device = str(moved)
    assert finder.locate() == SerialAddress(str(moved))


def test_the_systems_own_list_of_ports_can_be_read() -> None:
    nowhere = SerialAddress("/dev/no-such-radio")
    assert SerialFinder(nowhere).locate() == nowhere
