#!/usr/bin/env bash
# Two hosts of network namespaces: one with a line that carries 40 Mbit/s, behind a queue so long that its sockets run full
# first, and one for everybody else, with a line that carries what it is given. Runs a command on the latter, with the id
# of a process on the former as its last argument (nsenter -t ID -n), and ends with it. The former lasts until standard
# input ends. Neither has a name, or a way out of here.
#
# Needs Linux, root, iproute2 with the kernel's tbf, util-linux. Run it in a namespace of its own:
#
#     unshare -n tunnel-core/src/test/nat/full-line.sh COMMAND
set -euo pipefail

exec 3<&0
unshare -n cat <&3 >/dev/null &
narrow=$!
# The process is there before it is in its namespace.
for ((i = 0; i < 500; i++)); do
  [ "$(readlink "/proc/$narrow/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break
  sleep 0.01
done

ip link set lo up
ip link add wide type veth peer name narrow netns "$narrow"
for host in 1 2 3 11 12 13 14 15 16 17 18 19 20; do
  ip addr add "10.9.0.$host/24" dev wide
done
ip link set wide up
nsenter -t "$narrow" -n ip link set lo up
nsenter -t "$narrow" -n ip addr add 10.9.0.200/24 dev narrow
nsenter -t "$narrow" -n ip link set narrow up
nsenter -t "$narrow" -n tc qdisc add dev narrow root tbf rate 40mbit burst 64kb limit 64mb

exec "$@" "$narrow" <&3
