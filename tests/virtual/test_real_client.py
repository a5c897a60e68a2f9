"""The unmodified meshtastic library and command line on virtual radios."""

from pathlib import Path

import pytest

from support.virtual_radio import MeshThread, client, meshtastic_cli, on_port, virtual_process

PAYLOAD = bytes(range(200))


def test_private_payload_of_200_bytes_reaches_every_other_client() -> None:
    with MeshThread(nodes=4, preset="SHORT_FAST", speed=4.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as sender, client(ports[1]) as a, client(ports[2]) as b:
            with client(ports[3]) as c:
                sent = sender.interface.sendData(PAYLOAD, portNum=256, wantAck=True)
                for receiver in (a, b, c):
                    packet = receiver.wait_for(on_port("PRIVATE_APP"))
                    assert packet["decoded"]["payload"] == PAYLOAD
                    assert packet["id"] == sent.id
                    assert packet["from"] == sender.interface.myInfo.my_node_num
                    assert packet["hopStart"] == 3
                    assert packet["rxRssi"] < 0
                    assert "rxTime" not in packet
                ack = sender.wait_for(on_port("ROUTING_APP"))
                assert ack["decoded"]["requestId"] == sent.id
                assert ack["decoded"]["routing"]["errorReason"] == "NONE"
                assert ack["from"] == sender.interface.myInfo.my_node_num


def test_packets_of_an_absent_client_are_kept_for_the_next() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=4.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as sender:
            with client(ports[1]) as receiver:
                running.do(lambda mesh: mesh.drop_client(1))
                receiver.close()
            sent = sender.interface.sendData(PAYLOAD, portNum=256, wantAck=True)
            sender.wait_for(on_port("ROUTING_APP"))
            with client(ports[1]) as back:
                assert back.wait_for(on_port("PRIVATE_APP"))["id"] == sent.id


def test_dropped_client_reconnects_by_itself_and_gets_what_it_missed() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=4.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as sender, client(ports[1]) as receiver:
            running.do(lambda mesh: mesh.drop_client(1))
            sent = sender.interface.sendData(PAYLOAD, portNum=256, wantAck=True)
            assert receiver.wait_for(on_port("PRIVATE_APP"))["id"] == sent.id
            assert running.do(lambda mesh: mesh.counters["clients"]) == 3


def test_client_survives_garbage_from_its_radio() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=4.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as sender, client(ports[1]) as receiver:
            running.do(lambda mesh: mesh.misbehave(1, "garbage"))
            sent = sender.interface.sendData(PAYLOAD, portNum=256)
            assert receiver.wait_for(on_port("PRIVATE_APP"))["id"] == sent.id


def test_direct_message_is_acknowledged_by_its_destination() -> None:
    with MeshThread(nodes=3, links=[(0, 1), (1, 2)], preset="SHORT_FAST", speed=4.0) as running:
        ports, numbers = running.mesh.ports, running.mesh.numbers
        with client(ports[0]) as sender, client(ports[2]) as receiver:
            sender.interface.sendText("to you", destinationId=numbers[2], wantAck=True)
            packet = receiver.wait_for(on_port("TEXT_MESSAGE_APP"))
            assert packet["decoded"]["text"] == "to you"
            assert packet["wantAck"]
            assert packet["pkiEncrypted"]
            assert packet["hopStart"] - packet.get("hopLimit", 0) == 1
            ack = sender.wait_for(lambda p: on_port("ROUTING_APP")(p) and p["from"] == numbers[2])
            assert ack["decoded"]["routing"]["errorReason"] == "NONE"


@pytest.mark.slow
def test_command_line_reads_sends_and_configures(tmp_path: Path) -> None:
    with virtual_process("--nodes", "3", "--preset", "SHORT_FAST", "--speed", "4") as started:
        ports = [int(radio["address"].rpartition(":")[2]) for radio in started["radios"]]
        shown = meshtastic_cli(ports[0], "--info")
        assert "Owner: Virtual 1 (0001)" in shown
        assert '"firmwareVersion": "2.7.26"' in shown
        assert '"region": "US"' in shown

        listed = meshtastic_cli(ports[0], "--nodes")
        for radio in started["radios"]:
            assert radio["name"] in listed
            assert f"!{radio['node_number']:08x}" in listed

        with client(ports[2]) as receiver:
            meshtastic_cli(ports[0], "--sendtext", "hello over there")
            packet = receiver.wait_for(on_port("TEXT_MESSAGE_APP"))
            assert packet["decoded"]["text"] == "hello over there"
            assert packet["from"] == started["radios"][0]["node_number"]

        meshtastic_cli(ports[1], "--set-owner", "Corner", "--set-owner-short", "CRN")
        meshtastic_cli(ports[1], "--set", "position.position_broadcast_secs", "900")
        meshtastic_cli(ports[1], "--ch-index", "0", "--ch-set", "name", "patrol")
        assert "Owner: Corner (CRN)" in meshtastic_cli(ports[1], "--info")
        got = meshtastic_cli(ports[1], "--get", "position.position_broadcast_secs")
        assert "position.position_broadcast_secs: 900" in got

        exported, short = tmp_path / "exported.yaml", tmp_path / "short.yaml"
        meshtastic_cli(ports[1], "--export-config", str(exported))
        assert "owner: Corner" in exported.read_text()
        assert "positionBroadcastSecs: 900" in exported.read_text()

        short.write_text("owner: Roof\nconfig:\n  position:\n    fixedPosition: true\n")
        meshtastic_cli(ports[1], "--configure", str(short))
        meshtastic_cli(ports[1], "--export-config", str(exported))
        assert "owner: Roof" in exported.read_text()
        assert "fixedPosition: true" in exported.read_text()
        assert "positionBroadcastSecs: 900" in exported.read_text()
