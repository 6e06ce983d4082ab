"""Has a qBittorrent on this host do something, by its web interface; waits until it is there.

    qbittorrent.py PORT add FILE FOLDER     downloads a torrent, or goes on with what is there already
    qbittorrent.py PORT forget HASH         lets go of a torrent; its files stay
    qbittorrent.py PORT connect HASH PEER...    tries these peers, as IP:PORT
    qbittorrent.py PORT announce            asks all trackers again, at once
    qbittorrent.py PORT proxy PROXYPORT     has it go to its proxy at this port of loopback
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BOUNDARY = "tunnel8-leak-laboratory"
LIMIT_S = 60

interface = f"http://127.0.0.1:{sys.argv[1]}/api/v2/"


def post(path, body, content_type="application/x-www-form-urlencoded"):
    request = urllib.request.Request(interface + path, body, {"Content-Type": content_type})
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
                return answer.read().decode()
        except urllib.error.URLError as trouble:
            if not isinstance(trouble.reason, ConnectionRefusedError) or time.monotonic() > end:
                raise
            time.sleep(0.1)


def form(**fields):
    return urllib.parse.urlencode(fields).encode()


def add(file, folder):
    fields = {"savepath": folder, "autoTMM": "false", "paused": "false", "contentLayout": "Original"}
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = 'Content-Disposition: form-data; name="torrents"; filename="lab.torrent"\r\n'
    body += f"--{BOUNDARY}\r\n{head}Content-Type: application/x-bittorrent\r\n\r\n".encode()
    body += pathlib.Path(file).read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    answer = post("torrents/add", body, f"multipart/form-data; boundary={BOUNDARY}")
    if answer != "Ok.":
        raise SystemExit(f"not added: {answer}")


def forget(info_hash):
    post("torrents/delete", form(hashes=info_hash, deleteFiles="false"))


def connect(info_hash, *peers):
    post("torrents/addPeers", form(hashes=info_hash, peers="|".join(peers)))


def announce():
    post("torrents/reannounce", form(hashes="all"))


def proxy(port):
    post("app/setPreferences", form(json=json.dumps({"proxy_port": int(port)})))


orders = {"add": add, "forget": forget, "connect": connect, "announce": announce, "proxy": proxy}
orders[sys.argv[2]](*sys.argv[3:])
