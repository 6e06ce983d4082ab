"""
Datagrams over one circuit to the outside peer of the tests and back.

They begin like uTP's, 20 bytes: 01, 00, u16 what to do with it (0 echo, 1 count, 2 send), u64 number, u16 count, u16
size, u32 spare. Anything else comes back as it is.
"""
from __future__ import annotations

import asyncio
import statistics
import struct
import time
from contextlib import suppress

HEAD = struct.Struct("!BBHQHHI")
ECHO, COUNT, SEND = 0, 1, 2
PAYLOAD_BYTES = 1300
WINDOW, BATCH = 32, 4


def utp(number: int, mode: int = ECHO, count: int = 0, size: int = 0, length: int = 60) -> bytes:
    return HEAD.pack(1, 0, mode, number, count, size, 0).ljust(length, b"\0")


def dht(number: int) -> bytes:
    return b"d1:t8:" + struct.pack("!Q", number) + b"e"


class Flow:
    """What goes over one circuit to one outside address."""

    def __init__(self, tunnel, circuit, server: tuple[str, int]) -> None:
        self.tunnel, self.circuit, self.server = tunnel, circuit, server
        self.got: list[bytes] = []
        self.arrived = asyncio.Event()
        self.receive = self.keep
        tunnel.receivers[circuit.circuit_id] = lambda data: self.receive(data)

    def send(self, data: bytes) -> None:
        self.tunnel.send_data(self.circuit.hop.address, self.circuit.circuit_id, self.server, ("0.0.0.0", 0), data)

    def keep(self, data: bytes) -> None:
        self.got.append(data)
        self.arrived.set()

    async def until(self, count: int, limit: float) -> list[bytes]:
        """Wait for so many datagrams, for at most so long; return and forget what has come."""
        end = time.monotonic() + limit
        while len(self.got) < count and (left := end - time.monotonic()) > 0:
            self.arrived.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.arrived.wait(), left)
        got = list(self.got)
        self.got.clear()
        return got


async def echo(flow: Flow, count: int) -> dict:
    """Round trips, one at a time, alternately like uTP's and like the DHT's."""
    times, lost = [], 0
    for number in range(count):
        data = dht(number) if number % 2 else utp(number)
        begin = time.perf_counter()
        flow.send(data)
        if data in await flow.until(1, 5.0):
            times.append(time.perf_counter() - begin)
        else:
            lost += 1
    return {"echoed": len(times), "lost": lost, "median_ms": statistics.median(times) * 1000 if times else None}


async def drip(flow: Flow, rate: int, seconds: float) -> dict:
    """
    Echoes at a steady rate, once a first datagram is back: exits keep no more than ten while they open their socket, and
    on a busy machine that takes longer than ten of them.
    """
    flow.send(dht(0))
    if not await flow.until(1, 5.0):
        raise TimeoutError("no echo of the first datagram")
    begin, sent = time.monotonic(), 0
    while sent < rate * seconds:
        due = int((time.monotonic() - begin) * rate) + 1
        while sent < min(due, rate * seconds):
            flow.send(utp(sent))
            sent += 1
        await asyncio.sleep(1 / rate)
    numbers = {HEAD.unpack_from(data)[3] for data in await flow.until(sent, 5.0)}
    return {"sent": sent, "echoed": len(numbers)}


async def load(flow: Flow, direction: str, seconds: float) -> dict:
    """As much as a small window of datagrams under way lets through, up or down. Whatever is lost stays lost."""
    sent, arrived, base = 0, 0, 0
    wake = asyncio.Event()
    if direction == "up":  # what the outside peer has counted from this exit socket so far
        flow.send(utp(0, COUNT, 1))
        base = HEAD.unpack_from((await flow.until(1, 5.0))[0])[3]

    def receive(data: bytes) -> None:
        nonlocal arrived
        arrived = max(arrived, HEAD.unpack_from(data)[3] - base) if direction == "up" else arrived + 1
        wake.set()

    flow.receive = receive
    begin = time.monotonic()
    quiet_since = begin
    slack = BATCH if direction == "up" else 1
    while time.monotonic() - begin < seconds or (sent - arrived >= slack and time.monotonic() - quiet_since < 3):
        before = arrived
        while time.monotonic() - begin < seconds and sent - arrived + BATCH <= WINDOW:
            if direction == "down":
                flow.send(utp(0, SEND, BATCH, PAYLOAD_BYTES))
            else:
                for _ in range(BATCH):
                    flow.send(utp(0, COUNT, BATCH, length=PAYLOAD_BYTES))
            sent += BATCH
        wake.clear()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(wake.wait(), 0.1)
        if arrived > before:
            quiet_since = time.monotonic()
    flow.receive = flow.keep
    if direction == "up":  # acknowledgements come for whole batches alone; the peer knows the exact number
        flow.send(utp(0, COUNT, 1))
        arrived = HEAD.unpack_from((await flow.until(1, 5.0))[0])[3] - base - 1
    return {"sent": sent, "arrived": arrived, "per_second": round(arrived / seconds)}
