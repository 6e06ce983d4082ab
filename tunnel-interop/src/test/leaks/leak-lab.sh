#!/usr/bin/env bash
# The network of the leak laboratory: one Ethernet with a namespace for each party, where whatever the client's host sends
# can be seen on its one cable, and nothing can leave to anywhere else.
#
#     leak-lab.sh PREFIX RELAYS EXITS SEEDERS
#
# Prints "host NAME NAMESPACE MAC ADDRESS..." for each party, then "ready". All of it lasts until standard input ends: then
# whatever still runs in these namespaces is killed, and they are removed, as are those of labs whose process is gone.
# PREFIX is t8leak-PID-N, PID being the process that the lab belongs to.
#
# Needs Linux, root and iproute2.
set -euo pipefail

prefix=$1 relays=$2 exits=$3 seeders=$4
switch=$prefix-switch

# Kills what runs in the namespaces of a prefix, and removes them.
remove() {
  local name process
  for name in $(ip netns list | awk -v prefix="$1-" 'index($1, prefix) == 1 { print $1 }'); do
    for process in $(ip netns pids "$name"); do
      kill -9 "$process" 2>/dev/null || true
    done
    ip netns del "$name" || true
    rm -rf "/etc/netns/$name"
  done
}

remove_orphans() {
  local lab owner
  for lab in $(ip netns list | awk '{ print $1 }' | sed -nE 's/^(t8leak-[0-9]+-[0-9]+)-.*/\1/p' | sort -u); do
    owner=${lab#t8leak-}
    [ -d "/proc/${owner%%-*}" ] || remove "$lab"
  done
}

# Makes a party: a namespace with one cable to the switch. Others know it by its first address.
host() { # name, "knows" or "knows-nobody", address...
  local name=$1 namespace=$prefix-$1 knows=$2 first=$3 mac address
  shift 2
  # shellcheck disable=SC2046
  mac=$(printf '02:00:%02x:%02x:%02x:%02x' $(tr . ' ' <<<"$first"))
  mkdir -p "/etc/netns/$namespace"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"/etc/netns/$namespace/hosts"
  if [ "$knows" = knows ]; then
    cat >>"/etc/netns/$namespace/hosts" <<<"198.18.6.1 tracker.lab"
  fi
  echo 'hosts: files dns' >"/etc/netns/$namespace/nsswitch.conf"
  printf 'nameserver 198.18.0.53\noptions timeout:1 attempts:1\n' >"/etc/netns/$namespace/resolv.conf"
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  ip -n "$switch" link add "$name" type veth peer name eth0 netns "$namespace"
  ip -n "$namespace" link set eth0 address "$mac"
  for address; do
    ip -n "$namespace" addr add "$address/16" dev eth0
    ip -n "$namespace" addr add "2001:db8:18::${address//./:}/64" dev eth0 nodad
  done
  ip -n "$switch" link set "$name" master bridge up
  ip -n "$namespace" link set eth0 up
  echo "host $name $namespace $mac $*"
}

trap 'remove "$prefix"' EXIT
trap 'exit 1' HUP INT TERM
remove_orphans

ip netns add "$switch"
ip -n "$switch" link add bridge type bridge mcast_snooping 0
ip -n "$switch" link set bridge up

# Where everything that is for nobody here goes, and the name server that everybody is told of. Nothing answers.
host world knows-nobody 198.18.0.1 198.18.0.53
host client knows-nobody 198.18.1.1
ip -n "$prefix-client" route add default via 198.18.0.1
ip -n "$prefix-client" -6 route add default via 2001:db8:18::198:18:0:1
host bootstrap knows-nobody 198.18.2.1
for ((i = 1; i <= relays; i++)); do
  host "relay$i" knows-nobody "198.18.3.$i"
done
# The first address is for the network, the second for the outside.
for ((i = 1; i <= exits; i++)); do
  host "exit$i" knows "198.18.4.$i" "198.18.5.$i"
done
host tracker knows 198.18.6.1
for ((i = 1; i <= seeders; i++)); do
  host "seeder$i" knows "198.18.7.$i"
done
echo ready
cat >/dev/null
