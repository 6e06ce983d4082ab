"""
Real py-ipv8 3.1.0 nodes on 127.0.0.1: what has to be set differently there, and how a node is put together.

py-ipv8 is taken from the folder named in IPV8_ROOT, or as an installed package.
"""
from __future__ import annotations

import base64
import importlib
import os
import socket
import sys
import types
from contextlib import suppress

ROOT = os.environ.get("IPV8_ROOT")
if ROOT and ROOT not in sys.path:
    sys.path.insert(0, ROOT)

import ipv8.messaging.interfaces.endpoint as endpoint_module  # noqa: E402
import ipv8.overlay as overlay_module  # noqa: E402

# py-ipv8 puts the address of the first real interface in the place of 127.0.0.1 wherever two peers share a WAN address.
# On loopback all do, and nobody listens there. Without interfaces it stays with 127.0.0.1.
endpoint_module.get_lan_addresses = list
overlay_module.get_providers = list

from exchanges import HttpExchanges  # noqa: E402

from ipv8.dht.discovery import DHTDiscoveryCommunity  # noqa: E402
from ipv8.dht.provider import DHTCommunityProvider  # noqa: E402
from ipv8.keyvault.crypto import default_eccrypto  # noqa: E402
from ipv8.messaging.anonymization.community import TunnelCommunity  # noqa: E402
from ipv8.messaging.anonymization.tunnel import Circuit, Hop  # noqa: E402
from ipv8.messaging.interfaces.udp.endpoint import UDPEndpoint, UDPv4Address  # noqa: E402
from ipv8.peer import Peer  # noqa: E402
from ipv8_service import IPv8  # noqa: E402

HOST = "127.0.0.1"
RELAY, EXIT_BT = 1, 2
JOIN_INTERVAL, CALM_INTERVAL = 0.1, 0.5
RECEIVE_BUFFER_BYTES = 4 << 20


def key_of(peer) -> str:
    """The public key of a peer in hexadecimal digits."""
    return peer.public_key.key_to_bin().hex()


def widen(endpoint) -> None:
    """
    Let the system keep more datagrams for a node. Several nodes share a process here, and a busy machine may stop it for
    longer than py-ipv8's usual 850 KB last; what the system drops then is no behaviour of anybody's protocol.
    """
    endpoint._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


class LoopbackTunnel(HttpExchanges, TunnelCommunity):
    """The reference's overlay, with additions: HTTP exchanges, circuits along a given path, raw data handed to a receiver."""

    def __init__(self, settings) -> None:
        super().__init__(settings)
        self.receivers = {}
        self.destroys = []
        self.wanted = {}
        self.offers = {}
        self.lists_exits = False

    def on_raw_data(self, circuit, origin, data: bytes) -> None:
        receiver = self.receivers.get(circuit.circuit_id)
        if receiver is not None:
            receiver(data)

    def on_destroy(self, source_address, data: bytes) -> None:
        self.destroys.append(int.from_bytes(data[-70:-66], "big"))
        super().on_destroy(source_address, data)

    def join_circuit(self, create_payload, previous_node_address) -> None:
        """Join as 3.1 does; if wanted, with a candidate list in the form of 3.2: behind the relays, the first exit twice."""
        seal = self.crypto.encrypt_str
        if self.lists_exits:
            exits = [peer.public_key.key_to_bin() for peer in self.get_candidates(EXIT_BT, RELAY)][:4]
            listed = self.serializer.pack("varlenH-list", exits[:1] + exits)

            def seal_both(relays: bytes, keys, direction) -> bytes:
                return seal(bytes([relays[0] + listed[0]]) + relays[1:] + listed[1:], keys, direction)

            self.crypto.encrypt_str = seal_both
        super().join_circuit(create_payload, previous_node_address)
        self.crypto.encrypt_str = seal

    def send_extend(self, circuit, candidates: list[bytes], max_tries: int) -> None:
        """Keep what the last hop offers and, on a circuit with a path of its own, offer only that path's next hop."""
        self.offers.setdefault(circuit.circuit_id, []).append([key.hex() for key in candidates])
        wanted = self.wanted.get(circuit.circuit_id)
        if wanted is not None:
            candidates = [key for key in candidates if key.hex() == wanted[len(circuit.hops)]]
        super().send_extend(circuit, candidates, max_tries)

    def peer(self, key: str):
        """The verified peer that has a key."""
        return next(peer for peer in self.get_peers() if key_of(peer) == key)

    def create_along(self, path: list[str], stranger: str | None = None):
        """
        Begin a circuit whose hops have the given keys; the middle one has to be offered by the first. If the last one is
        a stranger, his address is given.
        """
        if stranger is None:
            last = self.peer(path[-1])
        else:
            host, port = stranger.split(":")
            last = Peer(bytes.fromhex(path[-1]), UDPv4Address(host, int(port)))
        circuit = Circuit(self._generate_circuit_id(), len(path), required_exit=last)
        self.circuits[circuit.circuit_id] = circuit
        self.wanted[circuit.circuit_id] = path
        self.send_initial_create(circuit, [self.peer(path[0])], 1)
        return circuit


class Node:
    """One py-ipv8 peer with a socket, a key and a service object of its own."""

    def __init__(self, name: str, flags: int, community: str, bootstrap: int, discovery: bool, dht: bool,
                 settings: dict, port: int = 0, secret: str | None = None) -> None:
        self.name = name
        boot = {"class": "DispersyBootstrapper",
                "init": {"ip_addresses": [(HOST, bootstrap)], "dns_addresses": [], "bootstrap_timeout": 2.0}}

        def overlay(cls: str, walkers: list[str], initialize: dict) -> dict:
            walk = [{"strategy": "RandomWalk", "peers": 30, "init": {"timeout": 3.0}}]
            return {"class": cls, "key": "k", "bootstrappers": [boot], "initialize": initialize, "on_start": [],
                    "walkers": walk + [{"strategy": walker, "peers": -1, "init": {}} for walker in walkers]}

        roles = {1 << bit for bit in range(16) if flags >> bit & 1}
        overlays = [overlay("LoopbackTunnel", [], {"peer_flags": roles, "max_peers": 60, **settings})]
        if discovery:
            overlays.append(overlay("DiscoveryCommunity", ["RandomChurn", "PeriodicSimilarity"], {}))
        if dht:
            overlays.append(overlay("DHTDiscoveryCommunity", [], {}))
        self.secret = bytes.fromhex(secret) if secret else default_eccrypto.generate_key("curve25519").key_to_bin()
        overlay_class = type("LoopbackTunnel", (LoopbackTunnel,), {"community_id": bytes.fromhex(community)})
        self.ipv8 = IPv8({
            "interfaces": [{"interface": "UDPIPv4", "ip": HOST, "port": port}],
            "keys": [{"alias": "k", "generation": "curve25519", "file": "",
                      "bin": base64.b64encode(self.secret).decode()}],
            "logger": {"level": os.environ.get("IPV8_LOG", "CRITICAL")},
            "walker_interval": JOIN_INTERVAL, "overlays": overlays,
        }, extra_communities={"LoopbackTunnel": overlay_class})
        self.tunnel = self.ipv8.overlays[0]
        self.flags = flags
        self.tapped = []

    async def start(self) -> None:
        await self.ipv8.endpoint.open()
        widen(self.ipv8.endpoint.interfaces["UDPIPv4"])
        dht = self.ipv8.get_overlay(DHTDiscoveryCommunity)
        if dht is not None:
            self.tunnel.dht_provider = DHTCommunityProvider(dht, self.ipv8.endpoint.get_address()[1])
        await self.ipv8.start()

    async def stop(self) -> None:
        with suppress(Exception):
            await self.ipv8.stop()

    @property
    def address(self) -> str:
        host, port = self.ipv8.endpoint.get_address()[:2]
        return f"{host}:{port}"

    def calm(self) -> None:
        """Walk at the pace of an ordinary node again."""
        self.ipv8.walk_interval = CALM_INTERVAL

    def tap(self, limit: int) -> None:
        """Keep copies of the first cells that come and go."""
        udp, self.tapped = self.ipv8.endpoint.interfaces["UDPIPv4"], []
        send, received = udp.send, udp.datagram_received
        prefix = self.tunnel.get_prefix() + b"\0"

        def keep(direction: str, data: bytes) -> None:
            if data.startswith(prefix) and len(self.tapped) < limit:
                self.tapped.append([direction, data.hex()])

        def tapped_send(address, data: bytes) -> None:
            keep("out", data)
            send(address, data)

        def tapped_received(data: bytes, address) -> None:
            keep("in", data)
            received(data, address)

        udp.send, udp.datagram_received = tapped_send, tapped_received

    def known(self) -> list[str]:
        """Keys of the verified peers whose flags are known."""
        peers = set(self.tunnel.get_peers())
        return [key_of(peer) for peer in self.tunnel.candidates if peer in peers]

    def describe(self) -> dict:
        return {"name": self.name, "address": self.address, "key": key_of(self.tunnel.my_peer), "flags": self.flags,
                "pid": os.getpid(), "secret": self.secret.hex()}

    def status(self) -> dict:
        tunnel = self.tunnel
        new_style = [key_of(peer) for peer in tunnel.get_peers() if peer.new_style_intro]
        return {"known": self.known(), "new_style": new_style, "circuits": len(tunnel.circuits), "relays": len(tunnel.relay_from_to),
                "exits": len(tunnel.exit_sockets), "destroys": len(tunnel.destroys)}


class Tracker:
    """py-ipv8's bootstrap server."""

    def __init__(self) -> None:
        self.endpoint = UDPEndpoint(0, HOST)

    async def start(self) -> None:
        # The script wants a package for its HTTP interface alone; empty names do for what is used here.
        for name, attribute in (("ipv8.REST.rest_manager", "ApiKeyMiddleware"), ("ipv8.REST.base_endpoint", "Response")):
            if name not in sys.modules:
                module = types.ModuleType(name)
                setattr(module, attribute, type(attribute, (), {}))
                sys.modules[name] = module
        folder = os.path.dirname(os.path.dirname(importlib.import_module("ipv8").__file__))
        sys.path.append(os.path.join(folder, "scripts"))
        await self.endpoint.open()
        self.overlay = importlib.import_module("tracker_service").EndpointServer(self.endpoint)

    async def stop(self) -> None:
        with suppress(Exception):
            await self.overlay.unload()
        self.endpoint.close()

    def describe(self) -> dict:
        host, port = self.endpoint.get_address()[:2]
        return {"name": "tracker", "address": f"{host}:{port}", "key": key_of(self.overlay.my_peer), "flags": 0,
                "pid": os.getpid()}
