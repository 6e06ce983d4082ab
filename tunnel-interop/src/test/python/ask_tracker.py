"""Asks an HTTP tracker for the peers of torrents, as a downloader would, and prints their addresses, one a line.

    ask_tracker.py http://TRACKER/announce PORT INFOHASH...

PORT is what the asker is known by afterwards, so that it can be told from the others: it is left out of what is printed.
"""

import socket
import sys
import urllib.parse
import urllib.request

PEER_BYTES = 6


def peers(announce, port, info_hash):
    query = urllib.parse.urlencode({
        "info_hash": bytes.fromhex(info_hash),
        "peer_id": "-T80000-laboratory00",
        "port": port,
        "uploaded": 0,
        "downloaded": 0,
        "left": 1,
        "compact": 1,
        "numwant": 200,
    }, quote_via=urllib.parse.quote)
    with urllib.request.urlopen(announce + "?" + query, timeout=5) as answer:
        body = answer.read()
    marker = b"5:peers"
    begin = body.index(marker) + len(marker)
    colon = body.index(b":", begin)
    length = int(body[begin:colon])
    compact = body[colon + 1:colon + 1 + length]
    for i in range(0, length, PEER_BYTES):
        if int.from_bytes(compact[i + 4:i + PEER_BYTES], "big") != port:
            yield socket.inet_ntoa(compact[i:i + 4])


for each in sorted({peer for info_hash in sys.argv[3:] for peer in peers(sys.argv[1], int(sys.argv[2]), info_hash)}):
    print(each)
