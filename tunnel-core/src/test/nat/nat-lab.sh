#!/usr/bin/env bash
# A small Internet of network namespaces: hosts with public addresses on one bridge, and hosts behind NATs that the
# kernel makes. Prints "host NAME PID ADDRESS" for each, PID being a process in the host's namespace (nsenter -t PID -n),
# then "ready". Everything lasts until standard input ends, and vanishes with its processes: no namespace has a name, and
# none has a way out of here.
#
# Needs Linux, root, iproute2, nftables, util-linux. Run it in a namespace of its own:
#
#     unshare -n tunnel-core/src/test/nat/nat-lab.sh
set -euo pipefail

exec 3<&0
holders=()
trap 'kill "${holders[@]}" 2>/dev/null || true' EXIT

# Starts a process in a namespace of its own that ends with our input; its id is in $pid.
namespace() {
  unshare -n cat <&3 >/dev/null &
  pid=$!
  holders+=("$pid")
  # The process is there before it is in its namespace.
  local i
  for ((i = 0; i < 500; i++)); do
    [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break
    sleep 0.01
  done
  inside "$pid" ip link set lo up
}

inside() { # pid, command
  nsenter -t "$1" -n "${@:2}"
}

cable=0
# Puts a host on the bridge.
plug() { # pid, address
  cable=$((cable + 1))
  ip link add "port$cable" type veth peer name outside netns "$1"
  ip link set "port$cable" master bridge up
  # One network for all, so that nobody needs a route; the addresses lie in networks (/16) of their own.
  inside "$1" ip addr add "$2/8" dev outside
  inside "$1" ip link set outside up
}

public() { # name, address
  namespace
  plug "$pid" "$2"
  echo "host $1 $pid $2"
}

# A host behind a NAT. Both kinds let in only answers from where something was sent to, address and port.
# Port-restricted cone: masquerade keeps the port as long as it can, so that everybody sees the same one.
# Symmetric: a random port for each pair of addresses and ports.
behind() { # name, outside address, masquerade's options
  namespace
  local router=$pid
  plug "$router" "$2"
  namespace
  ip link add inside netns "$router" type veth peer name lan netns "$pid"
  inside "$router" ip addr add 192.168.1.1/24 dev inside
  inside "$router" ip link set inside up
  inside "$pid" ip addr add 192.168.1.2/24 dev lan
  inside "$pid" ip link set lan up
  inside "$pid" ip route add default via 192.168.1.1
  inside "$router" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  # What comes unasked must be dropped before the connection is noted: a noted one would take the port from the host
  # inside that is just about to open the way for it.
  inside "$router" nft -f - <<EOF
table ip nat-lab {
  chain outward {
    type nat hook postrouting priority srcnat
    oifname "outside" meta l4proto udp masquerade $3
  }
  chain unasked {
    type filter hook input priority filter
    iifname "outside" drop
  }
  chain passing {
    type filter hook forward priority filter; policy drop
    iifname "inside" accept
    ct state established,related accept
  }
}
EOF
  echo "host $1 $pid 192.168.1.2"
}

ip link add bridge type bridge
ip link set bridge up

public bootstrap 45.1.0.1
public relay 45.2.0.1
public exit 45.3.0.1
behind cone1 45.11.0.1 ""
behind cone2 45.12.0.1 ""
behind symmetric1 45.21.0.1 random,fully-random
behind symmetric2 45.22.0.1 random,fully-random
echo ready
cat <&3 >/dev/null
