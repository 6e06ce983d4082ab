"""
Questions about the behaviour of a relay and an exit, put from outside by a py-ipv8 client that knows both.

Each is put to py-ipv8's own nodes and to nodes of another make; what comes back is to be compared.
"""
from __future__ import annotations

import asyncio
import time

from loopback import Node, key_of
from traffic import Flow, dht, utp

from ipv8.messaging.anonymization.payload import DestroyPayload, ExtendPayload, PingPayload
from ipv8.messaging.interfaces.udp.endpoint import UDPv4Address
from ipv8.peer import Peer

CREATED = 3
SETTLE = 1.0
PAYLOADS = {
    "random": b"\xff" * 100, "utp of 19 bytes": utp(0)[:19], "utp": utp(0), "dht": dht(0),
    "tracker connect": bytes.fromhex("0000041727101980") + bytes(4) + b"abcd",
    "action 7 at 8": b"\xff" * 8 + (7).to_bytes(4, "big") + b"\xff" * 8,
    "ipv8": b"\x00\x02" + b"\x11" * 20 + b"\x01", "like plain quic": b"\xc3" + bytes(30)}


class Lab:
    """The client, whom it asks, and the outside address that answers."""

    def __init__(self, client: Node, relay: dict, last: dict, server: tuple[str, int]) -> None:
        self.tunnel, self.server = client.tunnel, server
        self.relay, self.exit = relay["key"], last["key"]
        host, port = last["address"].split(":")
        self.exit_address = (host, int(port))
        self.endpoint = self.tunnel.crypto_endpoint.endpoint

    async def build(self, *path: str):
        circuit = self.tunnel.create_along(list(path))
        await asyncio.wait_for(asyncio.shield(circuit.ready), 20)
        if circuit.state != "READY":
            raise RuntimeError(f"no circuit: {circuit.closing_info}")
        return circuit

    def flow(self, circuit) -> Flow:
        return Flow(self.tunnel, circuit, self.server)

    async def carries(self, circuit, limit: float = SETTLE) -> bool:
        flow = self.flow(circuit)
        flow.send(utp(7))
        return bool(await flow.until(1, limit))

    def record(self) -> list[tuple]:
        """Keep what the client sends from now on."""
        wire, send = [], self.endpoint.send

        def kept(address, data, *rest):
            wire.append((address, data))
            send(address, data, *rest)

        self.endpoint.send = kept
        return wire

    def stop_recording(self) -> None:
        del self.endpoint.send


async def burst(lab: Lab) -> dict:
    """What becomes of datagrams that arrive before the exit's socket is open?"""
    flow = lab.flow(await lab.build(lab.exit))
    for number in range(10):
        flow.send(utp(number))
    first = len(await flow.until(10, 2 * SETTLE))
    for number in range(30):
        flow.send(utp(number))
    return {"first 10": first, "next 30": len(await flow.until(30, 2 * SETTLE))}


async def payloads(lab: Lab) -> dict:
    """Which payloads does the exit pass?"""
    flow = lab.flow(await lab.build(lab.exit))
    passed = {}
    for name, data in PAYLOADS.items():
        flow.send(data)
        flow.send(utp(9))  # what comes first comes back first
        got = await flow.until(2, 0.5)
        passed[name] = got.count(data) > (1 if data == utp(9) else 0)
    return passed


async def extend_without_flag(lab: Lab) -> dict:
    """Is an extend taken that lacks the relay_early flag?"""
    crypto, outgoing = lab.tunnel.crypto_endpoint, lab.tunnel.crypto_endpoint.outgoing_crypto

    def unflagged(cell):
        cell.relay_early = False
        return outgoing(cell)

    crypto.outgoing_crypto = unflagged
    circuit = lab.tunnel.create_along([lab.relay, lab.exit])
    await asyncio.wait([circuit.ready], timeout=2 * SETTLE)
    crypto.outgoing_crypto = outgoing
    hops = len(circuit.hops)
    lab.tunnel.remove_circuit(circuit.circuit_id, destroy=4)
    return {"hops": hops}


async def relay_early(lab: Lab) -> dict:
    """How many flagged cells pass, at an exit and through a relay, and unflagged ones after that?"""
    crypto, outgoing = lab.tunnel.crypto_endpoint, lab.tunnel.crypto_endpoint.outgoing_crypto
    answers = {}
    for name, path in (("one hop", [lab.exit]), ("two hops", [lab.relay, lab.exit])):
        circuit = await lab.build(*path)
        flow = lab.flow(circuit)
        flow.send(utp(0))
        await flow.until(1, SETTLE)
        for flag in (True, False):
            def flagged(cell, value=flag, own=circuit.circuit_id):
                if cell.circuit_id == own:
                    cell.relay_early = value
                return outgoing(cell)

            crypto.outgoing_crypto = flagged
            for number in range(20):
                flow.send(utp(number))
            answers[f"{name}, {'flagged' if flag else 'unflagged'}"] = len(await flow.until(20, SETTLE))
            crypto.outgoing_crypto = outgoing
    return answers


async def full(lab: Lab) -> dict:
    """How many circuits does an exit join?"""
    lab.tunnel.settings.next_hop_timeout = lab.tunnel.settings.circuit_timeout = 5
    circuits = []
    for _ in range(110):
        circuits.append(lab.tunnel.create_along([lab.exit]))
        await asyncio.sleep(0.01)
    await asyncio.wait([circuit.ready for circuit in circuits], timeout=10)
    ready = [circuit for circuit in circuits if circuit.state == "READY"]
    for circuit in ready:
        lab.tunnel.remove_circuit(circuit.circuit_id, destroy=4)
    lab.tunnel.settings.next_hop_timeout, lab.tunnel.settings.circuit_timeout = 10, 60
    return {"asked": len(circuits), "joined": len(ready)}


async def destroys(lab: Lab) -> dict:
    """Whose destroy is honoured, and how soon?"""
    circuit = await lab.build(lab.relay, lab.exit)
    await lab.carries(circuit)
    stranger = Peer(circuit.hop.public_key, circuit.hop.address)
    own = lab.tunnel.my_peer
    lab.tunnel.my_peer = Peer(type(own.key)())  # signs with a key that is not the one in the create
    packet = lab.tunnel.ezr_pack(8, DestroyPayload(circuit.circuit_id, 4))
    lab.tunnel.my_peer = own
    lab.endpoint.send(stranger.address, packet)
    ignored = await lab.carries(circuit)
    lab.tunnel.send_destroy(circuit.hop.address, circuit.circuit_id, 4)
    at_once = not await lab.carries(circuit, 0.5)
    begin = time.monotonic()
    while time.monotonic() - begin < 10 and await lab.carries(circuit, 0.5):
        await asyncio.sleep(0.2)
    return {"a stranger's is ignored": ignored, "the owner's ends it within 6 s": time.monotonic() - begin < 6.5,
            "the owner's ends it at once": at_once}


async def nonces(lab: Lab) -> dict:
    """Which counters are used and taken?"""
    tunnel, answers = lab.tunnel, {}
    inner = tunnel._ours_on_created_extended

    def spy(circuit_id, payload):
        answers["counter of the candidate list"] = int.from_bytes(payload.candidates_enc[:8], "big")
        inner(circuit_id, payload)

    tunnel._ours_on_created_extended = spy
    circuit = await lab.build(lab.exit)
    del tunnel._ours_on_created_extended
    flow, wire = lab.flow(circuit), lab.record()
    flow.send(utp(1))
    await flow.until(1, SETTLE)
    cell = next(data for _, data in wire if data[22] == 0 and int.from_bytes(data[23:27], "big") == circuit.circuit_id)
    lab.stop_recording()
    lab.endpoint.send(circuit.hop.address, cell)
    lab.endpoint.send(circuit.hop.address, cell)
    answers["echoes of two replays"] = len(await flow.until(2, SETTLE))
    circuit.hops[0].keys.salt_explicit_forward = 10 ** 9
    flow.send(utp(2))
    circuit.hops[0].keys.salt_explicit_forward = 50
    flow.send(utp(3))
    answers["echoes after jumps of the counter"] = len(await flow.until(2, SETTLE))
    return answers


async def twice(lab: Lab) -> dict:
    """How often is a create answered that comes again?"""
    tunnel, answered = lab.tunnel, []
    inner = tunnel.decode_map_private[CREATED]

    def spy(*arguments):
        answered.append(arguments)
        return inner(*arguments)

    tunnel.decode_map_private[CREATED] = spy
    wire = lab.record()
    circuit = await lab.build(lab.exit)
    lab.stop_recording()
    create = next(data for _, data in wire if data[22] == 0)
    for _ in range(3):
        lab.endpoint.send(circuit.hop.address, create)
    await asyncio.sleep(SETTLE)
    tunnel.decode_map_private[CREATED] = inner
    return {"creates": 4, "createds": len(answered)}


async def offers(lab: Lab) -> dict:
    """What does a relay offer to extend to?"""
    lists = []
    for _ in range(6):
        circuit = await lab.build(lab.relay, lab.exit)
        lists += lab.tunnel.offers[circuit.circuit_id]
    return {"at most four": all(len(keys) <= 4 for keys in lists), "none is empty": all(lists),
            "never the asker": all(key_of(lab.tunnel.my_peer) not in keys for keys in lists),
            "never an exit": all(lab.exit not in keys for keys in lists),
            "never itself": all(lab.relay not in keys for keys in lists)}


async def silence(lab: Lab) -> dict:
    """How long does a circuit live that nobody pings? Each is asked once only, since asking keeps it alive."""
    circuits = {seconds: [await lab.build(lab.exit), await lab.build(lab.relay, lab.exit)] for seconds in (17, 33)}
    muted = {circuit.circuit_id for pair in circuits.values() for circuit in pair}
    tunnel, begin = lab.tunnel, time.monotonic()
    crypto, send = tunnel.crypto_endpoint, tunnel.crypto_endpoint.send_cell
    idle = tunnel.settings.max_time_inactive
    tunnel.settings.max_time_inactive = 1000
    crypto.send_cell = lambda address, cell: None if cell.circuit_id in muted else send(address, cell)
    told, answers = len(tunnel.destroys), {}
    for seconds, pair in circuits.items():
        await asyncio.sleep(begin + seconds - time.monotonic())
        muted -= {circuit.circuit_id for circuit in pair}
        for name, circuit in zip(("one hop", "two hops"), pair):
            answers[f"{name} after {seconds} s"] = await lab.carries(circuit)
    crypto.send_cell = send
    tunnel.settings.max_time_inactive = idle
    answers["destroys"] = len(tunnel.destroys) - told
    return answers


async def late_extend(lab: Lab) -> dict:
    """Is an extend taken a minute after the create?"""
    tunnel, held = lab.tunnel, []
    extend, limits = tunnel.send_extend, (tunnel.settings.circuit_timeout, tunnel.settings.next_hop_timeout)
    tunnel.settings.circuit_timeout = tunnel.settings.next_hop_timeout = 90
    tunnel.send_extend = lambda *arguments: held.append(arguments)
    circuit = tunnel.create_along([lab.relay, lab.exit])
    begin = time.monotonic()
    while time.monotonic() - begin < 62:
        await asyncio.sleep(1)
        if circuit.hops:
            tunnel.send_cell(circuit.hop.address, PingPayload(circuit.circuit_id, 1))
    del tunnel.send_extend
    extend(*held[0])
    await asyncio.wait([circuit.ready], timeout=2 * SETTLE)
    tunnel.settings.circuit_timeout, tunnel.settings.next_hop_timeout = limits
    return {"created": bool(circuit.hops), "extended": len(circuit.hops) > 1}


class LateHop(asyncio.DatagramProtocol):
    """A hop that takes a create and answers it when told to, with keys that nobody knows."""

    def __init__(self) -> None:
        self.create = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address) -> None:
        if data[22:23] == b"\0" and data[29:30] == b"\2" and not self.create.done():
            self.create.set_result((data, address))

    def answer(self) -> None:
        data, address = self.create.result()
        created = b"\3" + data[30:32] + b"\0\x20" + bytes(range(1, 33)) + bytes(32) + bytes(25)
        self.transport.sendto(data[:27] + b"\1\0" + created, address)


async def late_created(lab: Lab) -> dict:
    """Does a circuit still carry after the late answer of a hop that was given up for another?"""
    tunnel, held = lab.tunnel, []
    transport, late = await asyncio.get_running_loop().create_datagram_endpoint(LateHop, local_addr=("127.0.0.1", 0))
    extend = tunnel.send_extend
    tunnel.send_extend = lambda *arguments: held.append(arguments)
    circuit = tunnel.create_along([lab.relay, lab.exit])
    while not held:
        await asyncio.sleep(0.02)
    del tunnel.send_extend
    stranger = type(tunnel.my_peer.key)().pub().key_to_bin()
    first_part = tunnel.crypto.generate_diffie_secret()[1]
    tunnel.send_cell(circuit.hop.address, ExtendPayload(circuit.circuit_id, 1, stranger, first_part,
                                                        transport.get_extra_info("sockname")))
    await asyncio.wait_for(asyncio.shield(late.create), 8)
    extend(*held[0])
    await asyncio.wait_for(asyncio.shield(circuit.ready), 20)
    before = await lab.carries(circuit)
    late.answer()
    after = False
    for _ in range(3):
        after = await lab.carries(circuit, 0.5)
    transport.close()
    return {"carries": before, "carries after a late created": after}


async def unknown_client(lab: Lab) -> dict:
    """Does a node join a circuit of somebody who never introduced himself? To be asked by a client that does not walk."""
    target = Peer(bytes.fromhex(lab.exit), UDPv4Address(*lab.exit_address))
    circuit = lab.tunnel.create_circuit(1, required_exit=target)
    await asyncio.wait([circuit.ready], timeout=5)
    return {"circuit": circuit.state, "carries": circuit.state == "READY" and await lab.carries(circuit)}
