"""A libtorrent session that does what lines of JSON on standard input say, and tells on standard output what happens.

    torrents.py '{"settings": {...}}'

  {"do": "add", "torrent": FILE, "folder": FOLDER}    downloads a torrent, or checks what is there already
  {"do": "seed", "torrent": FILE, "folder": FOLDER, "limit": BYTES}    offers what is whole there; no faster, 0 for any
  {"do": "forget", "torrent": INFOHASH}               lets go of a torrent; its files stay
  {"do": "connect", "torrent": INFOHASH, "address": IP, "port": PORT}    tries a peer
  {"do": "announce"}                                  asks trackers and DHT again, at once
  {"do": "reconnect"}                                 opens its sockets again, and goes to the proxy, at once

It tells {"event": "ready"} once and {"event": "peer", "address": IP} for each address that it has dealings with. With
TUNNEL8_TORRENT_LOG set, all that libtorrent says goes to standard error. It ends with its input.
"""

import json
import os
import queue
import sys
import threading
import time

import libtorrent

ALERT_WAIT_MS = 100


def read_orders(orders):
    for line in sys.stdin:
        orders.put(json.loads(line))
    orders.put(None)


def tell(**event):
    print(json.dumps(event), flush=True)


def add(session, order):
    parameters = libtorrent.add_torrent_params()
    parameters.ti = libtorrent.torrent_info(order["torrent"])
    parameters.save_path = order["folder"]
    parameters.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)
    if order["do"] == "seed":
        parameters.flags |= libtorrent.torrent_flags.seed_mode
    handle = session.add_torrent(parameters)
    handle.set_upload_limit(order.get("limit", 0))


def announce(session):
    for handle in session.get_torrents():
        # However often the tracker would like to be asked.
        handle.force_reannounce(0, -1, libtorrent.reannounce_flags_t.ignore_min_interval)
        if session.is_dht_running():
            handle.force_dht_announce()


def find(session, order):
    return session.find_torrent(libtorrent.sha1_hash(bytes.fromhex(order["torrent"])))


def obey(session, orders):
    """Whether there is more to come."""
    while True:
        try:
            order = orders.get_nowait()
        except queue.Empty:
            return True
        if order is None:
            return False
        if order["do"] == "announce":
            announce(session)
        elif order["do"] == "forget":
            session.remove_torrent(find(session, order))
        elif order["do"] == "connect":
            handle = find(session, order)
            handle.connect_peer((order["address"], order["port"]))
        elif order["do"] == "reconnect":
            # The flag has ports mapped again, where that is on.
            session.reopen_network_sockets(libtorrent.session.reopen_map_ports)
        else:
            add(session, order)


def main():
    given = json.loads(sys.argv[1])
    verbose = "TUNNEL8_TORRENT_LOG" in os.environ
    category = libtorrent.alert.category_t
    mask = category.peer_notification | category.connect_notification | category.error_notification
    settings = dict(given["settings"], alert_mask=category.all_categories if verbose else mask)
    session = libtorrent.session(settings)
    orders = queue.Queue()
    threading.Thread(target=read_orders, args=(orders,), daemon=True).start()
    tell(event="ready")
    seen = set()
    while obey(session, orders):
        session.wait_for_alert(ALERT_WAIT_MS)
        for alert in session.pop_alerts():
            if verbose:
                print(time.strftime("%T"), alert.what(), alert.message(), file=sys.stderr, flush=True)
            endpoint = getattr(alert, "endpoint", None) or getattr(alert, "ip", None)
            if isinstance(endpoint, tuple) and endpoint[0] not in seen:
                seen.add(endpoint[0])
                tell(event="peer", address=endpoint[0])
    os._exit(0)


main()
