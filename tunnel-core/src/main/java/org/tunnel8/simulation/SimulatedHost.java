package org.tunnel8.simulation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A computer in a {@link SimulatedNetwork}: an address, public or behind a {@link NatBox}, and ports. Made by {@link
 * SimulatedNetwork#host} and {@link SimulatedNetwork#behind}.
 */
public final class SimulatedHost extends Site {
    private static final int FIRST_EPHEMERAL_PORT = 40_000;
    private static final int LAST_PORT = 65_535;

    private final SimulatedNetwork network;
    private final @Nullable NatBox nat;
    private final Map<Integer, SimulatedPort> ports = new LinkedHashMap<>();
    /** Most hosts have one port, which is found without a look into the map. */
    private @Nullable SimulatedPort only;

    private InetAddress address;
    private @Nullable InetAddress other;
    private boolean connected = true;
    private @Nullable Consumer<Passage> watcher;
    private int nextEphemeral = FIRST_EPHEMERAL_PORT;

    SimulatedHost(SimulatedNetwork network, int number, InetAddress address, @Nullable NatBox nat) {
        super(number);
        this.network = network;
        this.address = address;
        this.nat = nat;
    }

    /**
     * Binds a port.
     *
     * @param port its number; 0 for any that is free
     * @param participant takes what arrives
     * @return what it sends through
     * @throws IllegalStateException if the port is taken
     */
    public SimulatedPort open(int port, Participant participant) {
        int number = port == 0 ? freePort() : port;
        if (number < 0 || number > LAST_PORT) {
            throw new IllegalArgumentException("no port number: " + port);
        }
        SimulatedPort opened = new SimulatedPort(this, number, participant);
        if (ports.putIfAbsent(number, opened) != null) {
            throw new IllegalStateException("port " + number + " is taken");
        }
        only = ports.size() == 1 ? opened : null;
        network.opened(opened);
        return opened;
    }

    private int freePort() {
        while (ports.containsKey(nextEphemeral)) {
            nextEphemeral++;
        }
        return nextEphemeral++;
    }

    void closed(SimulatedPort port) {
        ports.remove(port.number(), port);
        only = ports.size() == 1 ? ports.values().iterator().next() : null;
        network.closed(port);
    }

    @Nullable
    SimulatedPort port(int number) {
        SimulatedPort alone = only;
        if (alone != null) {
            return alone.number() == number ? alone : null;
        }
        return ports.get(number);
    }

    /** Has somebody hear of all that is sent from any of its ports. */
    void watch(Consumer<Passage> hears) {
        watcher = hears;
    }

    @Nullable
    Consumer<Passage> watcher() {
        return watcher;
    }

    /** Fails as if its power had: every port is closed without a word. What runs on it may be started anew later. */
    public void fail() {
        for (SimulatedPort port : new ArrayList<>(ports.values())) {
            port.close();
        }
    }

    /**
     * Pulls the cable out, or puts it in again. Ports stay open.
     *
     * @param yes whether datagrams pass
     */
    public void connected(boolean yes) {
        connected = yes;
    }

    boolean isConnected() {
        return connected;
    }

    /**
     * Returns with another address; for a host behind a NAT box an inside one. Ports stay open.
     *
     * @param changed free so far
     */
    public void moveTo(InetAddress changed) {
        if (nat == null) {
            network.move(this, address, changed);
        } else {
            nat.add(this, changed);
            nat.remove(address);
        }
        address = changed;
    }

    /**
     * Gives it a public address of the other family besides; what it sends to that family comes from there and passes no
     * NAT box.
     *
     * @param second free so far
     * @return this host
     */
    public SimulatedHost alsoAt(InetAddress second) {
        if (other != null || second.getClass() == address.getClass()) {
            throw new IllegalStateException("a host has one address of each family");
        }
        network.place(second, this);
        other = second;
        return this;
    }

    /**
     * Sets the line it is connected by. For a host behind a NAT box the box's line counts.
     *
     * @param settings bandwidth and the like
     * @return this host
     */
    public SimulatedHost line(LineSettings settings) {
        changeLine(settings);
        return this;
    }

    /**
     * Its address; private behind a NAT box.
     *
     * @return the address
     */
    public InetAddress address() {
        return address;
    }

    /**
     * All its addresses.
     *
     * @return one or two
     */
    public List<InetAddress> addresses() {
        return other == null ? List.of(address) : List.of(address, other);
    }

    /**
     * The box it is behind.
     *
     * @return null if its address is public
     */
    public @Nullable NatBox nat() {
        return nat;
    }

    /**
     * The network it is in.
     *
     * @return the network
     */
    public SimulatedNetwork network() {
        return network;
    }

    /** The address that datagrams to a target come from; null if there is none of its family. */
    @Nullable
    InetAddress sourceFor(InetSocketAddress target) {
        boolean ipv4 = target.getAddress() instanceof Inet4Address;
        if (ipv4 == address instanceof Inet4Address) {
            return address;
        }
        return other;
    }

    @Override
    boolean isAt(InetAddress onInternet) {
        return (nat == null && address.equals(onInternet)) || onInternet.equals(other);
    }

    Site site() {
        return nat == null ? this : nat;
    }
}
