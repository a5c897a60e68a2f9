import asyncio
import json
import re
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.virtual.control import ARGUMENTS, ControlPort
from meshdefense.virtual.mesh import VirtualMesh
from meshdefense.virtual.server import Misbehaviour
from support.virtual_radio import virtual_command, virtual_process

DOCUMENT = Path(__file__).parents[2] / "docs" / "virtual-radio.md"

Ask = Callable[[Any], Awaitable[dict[str, Any]]]


def with_control(test: Callable[[VirtualMesh, Ask], Awaitable[None]]) -> None:
    async def main() -> None:
        async with VirtualMesh(3) as mesh, ControlPort(mesh) as control:
            reader, writer = await asyncio.open_connection("127.0.0.1", control.port)

            async def ask(request: Any) -> dict[str, Any]:
                line = request if isinstance(request, bytes) else json.dumps(request).encode()
                writer.write(line + b"\n")
                answer: dict[str, Any] = json.loads(await reader.readline())
                return answer

            try:
                await test(mesh, ask)
            finally:
                writer.close()
                await writer.wait_closed()

    asyncio.run(main())


def test_verbs_act_on_the_mesh() -> None:
    async def test(mesh: VirtualMesh, ask: Ask) -> None:
        a, b = mesh.numbers[:2]
        for request in (
            {"do": "cut", "a": 0, "b": "Virtual 2"},
            {"do": "power", "node": "Virtual 3", "on": False},
            {"do": "misbehave", "node": 1, "how": "wedge"},
            {"do": "misbehave", "node": 0, "how": "forget_write", "count": 3},
            {"do": "place", "node": 0, "x": 5, "y": 6.5},
            {"do": "drop_client", "node": 0},
        ):
            assert await ask(request) == {"ok": True}
        assert mesh.world.medium.loss_db(a, b, 0.0) is None
        assert not mesh.world.is_on(mesh.numbers[2])
        assert mesh.servers[1].misbehaviour is Misbehaviour.WEDGE
        assert mesh.devices[0].fault.left == 3
        assert mesh.world.medium.place(a).position(0.0) == (5, 6.5)
        assert await ask({"do": "restore", "a": 1, "b": 0}) == {"ok": True}
        assert mesh.world.medium.loss_db(a, b, 0.0) is not None
        assert await ask({"do": "move", "node": 0, "lat": 41.85, "lon": -87.65}) == {"ok": True}
        assert mesh.world.medium.place(a).position(0.0) == pytest.approx((0, 0), abs=0.01)

    with_control(test)


def test_radios_and_counters_are_told() -> None:
    async def test(mesh: VirtualMesh, ask: Ask) -> None:
        radios = (await ask({"do": "radios"}))["radios"]
        assert [radio["address"] for radio in radios] == mesh.addresses
        assert (await ask({"do": "counters"}))["counters"]["clients"] == 0

    with_control(test)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (b"{", "Expecting property name"),
        ([1], "a request is an object"),
        ({"do": "cutt"}, "unknown verb 'cutt'; did you mean 'cut'?"),
        ({"do": "cut", "a": 0}, "cut needs b"),
        ({"do": "radios", "node": 0}, "has no argument 'node'"),
        ({"do": "cut", "a": 0, "b": 3}, "no radio 3; they are 0 to 2"),
        ({"do": "cut", "a": 0, "b": "Virtual 9"}, "no radio is called 'Virtual 9'"),
        ({"do": "place", "node": 0, "x": "1", "y": 2}, "x must be a number"),
        ({"do": "power", "node": 0, "on": 1}, "on must be true or false"),
        ({"do": "misbehave", "node": 0, "how": "wedged"}, "did you mean 'wedge'?"),
        ({"do": "misbehave", "node": 0, "how": "wedge", "count": 2}, "wedge takes no count"),
        ({"do": "misbehave", "node": 0, "how": "lose_acks", "count": 0}, "1 to 1000000, not 0"),
    ],
)
def test_wrong_request_is_explained_and_the_next_is_taken(request_: Any, text: str) -> None:
    async def test(_: VirtualMesh, ask: Ask) -> None:
        answer = await ask(request_)
        assert not answer["ok"]
        assert text in answer["error"]
        assert (await ask({"do": "radios"}))["ok"]

    with_control(test)


def test_every_verb_and_misbehaviour_is_documented() -> None:
    text = DOCUMENT.read_text()
    for word in [*ARGUMENTS, *(fault.value for fault in Misbehaviour)]:
        assert re.search(rf"`{word}`", text), word


def test_process_tells_its_radios_and_ends_at_an_interrupt(tmp_path: Path) -> None:
    scenario = tmp_path / "pair.json"
    nodes = [{"id": "base", "x": 0, "y": 0}, {"id": "north", "x": 0, "y": 90}]
    scenario.write_text(json.dumps({"schema": 1, "nodes": nodes}))
    with virtual_process("--scenario", str(scenario), "--control", "0") as started:
        assert [radio["name"] for radio in started["radios"]] == ["base", "north"]
        with socket.create_connection(("127.0.0.1", started["control"])) as control:
            control.sendall(b'{"do": "cut", "a": "base", "b": "north"}\n')
            assert control.recv(100) == b'{"ok": true}\n'


def radio(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        virtual_command(*arguments), capture_output=True, text=True, timeout=30, check=False
    )


def test_mistakes_of_usage_are_explained(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"schema": 1, "nods": []}')
    for arguments, text in (
        (["--preset", "LONGFAST"], "did you mean LONG_FAST?"),
        (["--scenario", str(bad)], "unknown key 'nods'; did you mean 'nodes'?"),
        (["--scenario", str(tmp_path / "none.json")], "cannot read the scenario"),
        (["--port", "80"], "--port must be 1024 to 65535, not 80"),
    ):
        done = radio(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert text in done.stderr


def test_port_in_use_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = radio("--nodes", "1", "--port", str(port))
        assert done.returncode == 1
        assert f"port {port} is in use by another program" in done.stderr
