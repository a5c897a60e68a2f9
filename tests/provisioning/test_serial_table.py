"""The same radio over a serial port (a pseudo terminal joined to a virtual radio)."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty

from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.returning import come_back, require_same
from meshdefense.radio.addresses import SerialAddress
from support.table_radios import QUICK, table


class SerialPort:
    """A device file whose other end is a radio; gone when the radio is."""

    def __init__(self, port: int) -> None:
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.path = os.ttyname(theirs)
        self._theirs = theirs
        self._radio = socket.create_connection(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._pump, daemon=True)
        self._thread.start()

    def _pump(self) -> None:
        try:
            while True:
                ready, _, _ = select.select([self._ours, self._radio.fileno()], [], [])
                if self._radio.fileno() in ready:
                    data = self._radio.recv(4096)
                    if not data:
                        return
                    os.write(self._ours, data)
                if self._ours in ready:
                    self._radio.sendall(os.read(self._ours, 4096))
        except OSError:
            return
        finally:
            self._radio.close()
            os.close(self._ours)
            os.close(self._theirs)


def test_a_radio_is_read_and_written_over_serial_and_found_again() -> None:
    with table() as mesh:
        port = mesh.mesh.ports[0]
        first = SerialPort(port)
        where = SerialAddress(first.path)
        ports: list[SerialPort] = []

        def plugged_again() -> SerialAddress:
            try:
                ports.append(SerialPort(port))
            except ConnectionRefusedError:
                return SerialAddress("/dev/does-not-exist")
            return SerialAddress(ports[-1].path)

        with Device(where, patience=QUICK) as device:
            before = device.read()
            writing.begin(device)
            writing.write_config(device, "lora", {"hop_limit": 6})
            writing.commit(device)
            writing.reboot(device, 1)
            assert device.wait_gone()
        again = come_back(
            plugged_again, where, patience=QUICK, within_s=10.0, stop=threading.Event()
        )
        try:
            after = again.read()
        finally:
            again.close()
        require_same(before, after, "P1")
        assert after.config["lora"]["hop_limit"] == 6
        assert len(ports) == 1


def test_a_cable_pulled_out_of_a_serial_port_is_noticed() -> None:
    with table() as mesh:
        port = SerialPort(mesh.mesh.ports[0])
        with Device(SerialAddress(port.path), patience=QUICK) as device:
            assert device.read().node_number == mesh.mesh.numbers[0]
            mesh.do(lambda m: m.power(0, False))
            assert device.wait_gone()
