package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A NAT box in front of some hosts. What it maps and lets in is decided by its {@link NatKind}. Made by {@link
 * SimulatedNetwork#nat}.
 */
public final class NatBox extends Site {
    private static final int FIRST_PORT = 1_024;
    static final int PORTS = 65_536 - FIRST_PORT;

    /** Mappings whose time is over are swept out when there are this many, and then each time they have doubled. */
    private static final int FIRST_FORGETTING = 64;

    private final SimulatedNetwork network;
    private final NatSettings settings;
    private final long timeoutNanos;
    private final SeededRandom random;
    private final Map<InetAddress, SimulatedHost> inside = new LinkedHashMap<>();
    private final NatMappings mappings = new NatMappings();
    private final PortHistory everMapped = new PortHistory();
    private @Nullable SimulatedHost only;
    private InetAddress outside;
    private int forgetAt;
    private long refused;

    NatBox(SimulatedNetwork network, int number, NatSettings settings, InetAddress outside, SeededRandom random) {
        super(number);
        this.network = network;
        this.settings = settings;
        this.timeoutNanos = settings.timeout().toNanos();
        this.outside = outside;
        this.random = random;
        this.forgetAt = Math.min(settings.maxMappings(), FIRST_FORGETTING);
    }

    /**
     * Its address on the Internet.
     *
     * @return the public address
     */
    public InetAddress outside() {
        return outside;
    }

    /**
     * How it works.
     *
     * @return the settings
     */
    public NatSettings settings() {
        return settings;
    }

    /**
     * Sets the line that it and all behind it are connected by.
     *
     * @param settings bandwidth and the like
     * @return this box
     */
    public NatBox line(LineSettings settings) {
        changeLine(settings);
        return this;
    }

    /**
     * Gives the box another address, as providers do; all mappings end.
     *
     * @param address free so far
     */
    public void moveTo(InetAddress address) {
        network.move(this, outside, address);
        outside = address;
        mappings.clear();
    }

    /**
     * How many mappings there are, those that have timed out unnoticed included.
     *
     * @return zero or more
     */
    public int mappings() {
        return mappings.size();
    }

    /**
     * How many datagrams from inside found no free mapping.
     *
     * @return zero or more
     */
    public long refused() {
        return refused;
    }

    @Override
    boolean isAt(InetAddress address) {
        return outside.equals(address);
    }

    void add(SimulatedHost host, InetAddress address) {
        if (inside.putIfAbsent(address, host) != null) {
            throw new IllegalStateException("somebody is at " + address.getHostAddress() + " behind this box");
        }
        only = inside.size() == 1 ? host : null;
    }

    void remove(InetAddress address) {
        inside.remove(address);
        only = inside.size() == 1 ? inside.values().iterator().next() : null;
    }

    /** Somebody inside has left for good: nothing that still comes for him would reach anybody. */
    void forgetMappingsOf(InetAddress address) {
        if (inside.size() == 1) {
            mappings.clear();
        } else {
            mappings.removeIf(mapping -> mapping.inside.getAddress().equals(address));
        }
    }

    @Nullable
    SimulatedHost hostAt(InetAddress address) {
        SimulatedHost alone = only;
        if (alone != null) {
            return alone.address().equals(address) ? alone : null;
        }
        return inside.get(address);
    }

    /** The source that a datagram from inside gets; null if the box is full. */
    @Nullable
    InetSocketAddress translateOut(long nowNanos, InetSocketAddress source, InetSocketAddress target) {
        InetSocketAddress only = settings.kind().perTarget() ? target : null;
        NatMapping mapping = mappings.from(source, only);
        if (mapping != null && isOver(mapping.usedNanos, nowNanos)) {
            mappings.remove(mapping);
            mapping = null;
        }
        if (mapping == null) {
            mapping = map(nowNanos, source, only);
            if (mapping == null) {
                refused++;
                return null;
            }
        }
        mapping.usedNanos = nowNanos;
        if (settings.kind() != NatKind.FULL_CONE) {
            mapping.permit(permission(target), nowNanos, timeoutNanos);
        }
        return mapping.outside;
    }

    private @Nullable NatMapping map(long nowNanos, InetSocketAddress source, @Nullable InetSocketAddress only) {
        if (mappings.size() >= forgetAt) {
            mappings.removeIf(mapping -> isOver(mapping.usedNanos, nowNanos));
            forgetAt = Math.min(settings.maxMappings(), Math.max(FIRST_FORGETTING, 2 * mappings.size()));
            if (mappings.size() >= settings.maxMappings()) {
                return null;
            }
        }
        // Cones keep the port if they can; a symmetric box's are anybody's guess.
        int port = settings.kind().perTarget() ? randomPort() : source.getPort();
        while (port < FIRST_PORT || mappings.at(port) != null) {
            port = randomPort();
        }
        NatMapping mapping = new NatMapping(source, only, new InetSocketAddress(outside, port));
        mappings.add(mapping);
        everMapped.add(port, source);
        return mapping;
    }

    private int randomPort() {
        return FIRST_PORT + random.nextInt(PORTS);
    }

    private boolean isOver(long usedNanos, long nowNanos) {
        return nowNanos - usedNanos > timeoutNanos;
    }

    /** Where inside an outside port leads or last led, whoever may use it; null if it never was a mapping's. */
    @Nullable
    InetSocketAddress everMappedFrom(int port) {
        return everMapped.latest(port);
    }

    private Object permission(InetSocketAddress remote) {
        return settings.kind() == NatKind.ADDRESS_RESTRICTED ? remote.getAddress() : remote;
    }

    /** Where inside a datagram goes that came to a port outside; null if it is not let in. */
    @Nullable
    InetSocketAddress translateIn(long nowNanos, InetSocketAddress from, int port) {
        NatMapping mapping = mappings.at(port);
        if (mapping == null) {
            return null;
        }
        if (isOver(mapping.usedNanos, nowNanos)) {
            mappings.remove(mapping);
            return null;
        }
        boolean letsIn =
                settings.kind() == NatKind.FULL_CONE || mapping.permits(permission(from), nowNanos, timeoutNanos);
        return letsIn ? mapping.inside : null;
    }
}
