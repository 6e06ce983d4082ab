"""
Hosts real py-ipv8 nodes for a test that steers them: reads one JSON request a line, writes one JSON answer a line.

A request is {"id": number, "do": name of a command, ...arguments}; its answer {"id": ..., "value": ...} or
{"id": ..., "error": text}. Requests run side by side. The process ends with its standard input. With --check it says
which py-ipv8 it would use, and ends.
"""
from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress
from importlib import metadata

import questions
from loopback import HOST, ROOT, Node, Tracker
from traffic import Flow, drip, echo, load

from ipv8.messaging.anonymization.payload import ExtendPayload

REASON_UNNEEDED = 4


class Commands:
    """What can be asked for; each method is one command."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.trackers: list[Tracker] = []

    async def tracker(self) -> dict:
        tracker = Tracker()
        await tracker.start()
        self.trackers.append(tracker)
        return tracker.describe()

    async def node(self, name: str, flags: int, community: str, bootstrap: int, discovery: bool = False,
                   dht: bool = False, settings: dict | None = None, walks: bool = True, port: int = 0,
                   secret: str | None = None) -> dict:
        """Start a node, a new one or one that was there before: that has its port and secret key."""
        node = Node(name, flags, community, bootstrap, discovery, dht, settings or {}, port, secret)
        if not walks:
            node.ipv8.strategies.clear()
        await node.start()
        self.nodes[name] = node
        return node.describe()

    async def calm(self, name: str) -> None:
        self.nodes[name].calm()

    async def leave(self, name: str) -> None:
        await self.nodes.pop(name).stop()

    async def meet(self, name: str, keys: list[str], limit: float) -> None:
        """Wait until a node knows all the given peers with their flags."""
        node, end = self.nodes[name], time.monotonic() + limit
        while missing := set(keys) - set(node.known()):
            if time.monotonic() > end:
                raise TimeoutError(f"{name} does not know {len(missing)} of {len(keys)} peers")
            await asyncio.sleep(0.05)
        node.calm()

    async def status(self, name: str) -> dict:
        return self.nodes[name].status()

    async def build(self, name: str, hops: int = 0, path: list[str] | None = None,
                    stranger: str | None = None, limit: float = 30.0) -> dict:
        """Build a circuit, along a path or one that py-ipv8 draws, and wait for it."""
        tunnel = self.nodes[name].tunnel
        begin = time.perf_counter()
        circuit = tunnel.create_along(path, stranger) if path else tunnel.create_circuit(hops, exit_flags=[2])
        if circuit is None:
            raise RuntimeError("py-ipv8 knows no candidates")
        await asyncio.wait_for(asyncio.shield(circuit.ready), limit)
        if circuit.state != "READY":
            raise RuntimeError(f"circuit {circuit.state}: {circuit.closing_info}")
        return {"circuit": circuit.circuit_id, "seconds": time.perf_counter() - begin,
                "path": [hop.public_key_bin.hex() for hop in circuit.hops],
                "offers": tunnel.offers.get(circuit.circuit_id, [])}

    async def state(self, name: str, circuit: int) -> str:
        found = self.nodes[name].tunnel.circuits.get(circuit)
        return found.state if found else "GONE"

    async def destroy(self, name: str, circuit: int) -> None:
        self.nodes[name].tunnel.remove_circuit(circuit, destroy=REASON_UNNEEDED)

    async def echo(self, name: str, circuit: int, port: int, count: int) -> dict:
        return await echo(self.flow(name, circuit, port), count)

    async def load(self, name: str, circuit: int, port: int, direction: str, seconds: float) -> dict:
        return await load(self.flow(name, circuit, port), direction, seconds)

    async def drip(self, name: str, circuit: int, port: int, rate: int, seconds: float) -> dict:
        return await drip(self.flow(name, circuit, port), rate, seconds)

    async def http(self, name: str, circuit: int, port: int, path: str, limit: float) -> dict:
        """Have the exit of a circuit ask the server at a local port."""
        tunnel = self.nodes[name].tunnel
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
        answer = await tunnel.http(tunnel.circuits[circuit], (HOST, port), request, limit)
        head, _, body = answer.decode("latin-1").partition("\r\n\r\n")
        return {"head": head, "body": body}

    async def ask(self, name: str, question: str, relay: dict, last: dict, port: int) -> dict:
        """Put one of the questions about behaviour to a relay and an exit; see questions.py."""
        lab = questions.Lab(self.nodes[name], relay, last, (HOST, port))
        return await getattr(questions, question)(lab)

    async def list_exits(self, name: str) -> None:
        """Have a node send candidate lists in the form of py-ipv8 3.2 from now on."""
        self.nodes[name].tunnel.lists_exits = True

    async def tap(self, name: str, limit: int) -> None:
        self.nodes[name].tap(limit)

    async def tapped(self, name: str) -> list:
        return self.nodes[name].tapped

    async def extend_strangely(self, name: str, relay: dict) -> None:
        """Ask a relay to extend to itself, to the asker, and to a stranger at a private address."""
        tunnel = self.nodes[name].tunnel
        stranger = type(tunnel.my_peer.key)().pub().key_to_bin()
        host, port = relay["address"].split(":")
        for key, address in ((bytes.fromhex(relay["key"]), (host, int(port))),
                             (tunnel.my_peer.public_key.key_to_bin(), self.nodes[name].ipv8.endpoint.get_address()),
                             (stranger, ("10.1.2.3", 4567))):
            held = []
            tunnel.send_extend = lambda *arguments: held.append(arguments)
            circuit = tunnel.create_along([relay["key"], relay["key"]])
            while not held:
                await asyncio.sleep(0.02)
            del tunnel.send_extend
            first_part = tunnel.crypto.generate_diffie_secret()[1]
            tunnel.send_cell(circuit.hop.address, ExtendPayload(circuit.circuit_id, 1, key, first_part, address))

    async def destroy_as_exit(self, name: str) -> None:
        """Have an exit end all circuits that end at it."""
        tunnel = self.nodes[name].tunnel
        for circuit in list(tunnel.exit_sockets):
            tunnel.remove_exit_socket(circuit, "asked to", destroy=2)

    def flow(self, name: str, circuit: int, port: int) -> Flow:
        tunnel = self.nodes[name].tunnel
        return Flow(tunnel, tunnel.circuits[circuit], (HOST, port))

    async def close(self) -> None:
        await asyncio.gather(*(node.stop() for node in self.nodes.values()))
        await asyncio.gather(*(tracker.stop() for tracker in self.trackers))


def answer(**fields) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


async def serve(commands: Commands, request: dict) -> None:
    number, name = request.pop("id"), request.pop("do")
    try:
        answer(id=number, value=await getattr(commands, name)(**request))
    except Exception as failure:  # whatever it is, the test on the other side is told
        answer(id=number, error=f"{name}: {failure!r}")


async def main() -> None:
    loop, commands, running = asyncio.get_running_loop(), Commands(), set()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        task = asyncio.ensure_future(serve(commands, json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(commands.close(), 10)


def installed() -> str:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version("pyipv8")
    return "from IPV8_ROOT" if ROOT else "unknown"


if __name__ == "__main__":
    if "--check" in sys.argv:
        print(f"py-ipv8 {installed()}, Python {sys.version.split()[0]}")
    else:
        asyncio.run(main())
