"""
HTTP exchanges over circuits (messages 28 and 29), which py-ipv8 itself does not have: both sides, by the rules that
Tribler's nodes keep, as an addition to py-ipv8's overlay.
"""
from __future__ import annotations

import asyncio
import random

from ipv8.messaging.anonymization.community import unpack_cell
from ipv8.messaging.anonymization.payload import CellablePayload
from ipv8.messaging.lazy_payload import vp_compile

EXIT_HTTP = 32768
PART_BYTES = 1400
AT_A_TIME = 5
LIMIT_SECONDS = 5.0


@vp_compile
class HttpRequest(CellablePayload):
    """What an exit is to write to whom."""

    msg_id = 28
    names = ["circuit_id", "identifier", "target", "request"]
    format_list = ["I", "I", "address", "varlenH"]


@vp_compile
class HttpResponse(CellablePayload):
    """One numbered part of what came back."""

    msg_id = 29
    names = ["circuit_id", "identifier", "part", "total", "chunk"]
    format_list = ["I", "I", "H", "H", "varlenH"]


def looks_bencoded(body: bytes) -> bool:
    """Enough of a check for the answers that the tests serve."""
    return body[:1] in b"dl" and body[-1:] == b"e" and body != b""


class HttpExchanges:
    """Added to a TunnelCommunity: asks, and, with the flag, performs."""

    def __init__(self, settings) -> None:
        super().__init__(settings)
        self.performing: dict[int, int] = {}
        self.asked: dict[tuple[int, int], tuple[dict[int, bytes], asyncio.Future]] = {}
        self.add_cell_handler(HttpRequest, self.on_http_request)
        self.add_cell_handler(HttpResponse, self.on_http_response)

    @unpack_cell(HttpRequest)
    async def on_http_request(self, source_address, payload, circuit_id) -> None:
        running = self.performing.get(circuit_id, 0)
        if EXIT_HTTP not in self.settings.peer_flags or circuit_id not in self.exit_sockets or running >= AT_A_TIME:
            return
        self.performing[circuit_id] = running + 1
        try:
            answer = await asyncio.wait_for(self.fetch(payload.target, payload.request), LIMIT_SECONDS)
        except (OSError, asyncio.TimeoutError):
            return
        finally:
            self.performing[circuit_id] -= 1
        body = answer.partition(b"\r\n\r\n")[2]
        if not answer.startswith(b"HTTP/1.1 307") and not looks_bencoded(body):
            return
        chunks = [answer[at:at + PART_BYTES] for at in range(0, len(answer), PART_BYTES)]
        numbered = list(enumerate(chunks))
        random.shuffle(numbered)
        for number, chunk in numbered:
            self.send_cell(source_address,
                           HttpResponse(circuit_id, payload.identifier, number, len(chunks), chunk))

    @staticmethod
    async def fetch(target, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*target)
        try:
            writer.write(request)
            return await reader.read(-1)
        finally:
            writer.close()

    @unpack_cell(HttpResponse)
    def on_http_response(self, source_address, payload, circuit_id) -> None:
        parts, whole = self.asked.get((circuit_id, payload.identifier), ({}, None))
        parts[payload.part] = payload.chunk
        if whole is not None and len(parts) == payload.total and not whole.done():
            whole.set_result(b"".join(chunk for _, chunk in sorted(parts.items())))

    async def http(self, circuit, target, request: bytes, limit: float) -> bytes:
        """Ask the exit of a circuit, once."""
        key = (circuit.circuit_id, random.getrandbits(32))
        self.asked[key] = ({}, asyncio.get_running_loop().create_future())
        try:
            self.send_cell(circuit.hop.address, HttpRequest(*key, target, request))
            return await asyncio.wait_for(self.asked[key][1], limit)
        finally:
            del self.asked[key]
