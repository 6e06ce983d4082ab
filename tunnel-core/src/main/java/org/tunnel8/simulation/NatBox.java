package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
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

    /** Targets remembered for each mapping; when there are more, the one that was sent to first goes. */
    private static final int MAX_TARGETS = 1_024;

    private final SimulatedNetwork network;
    private final NatSettings settings;
    private final long timeoutNanos;
    private final SeededRandom random;
    private final Map<InetAddress, SimulatedHost> inside = new LinkedHashMap<>();
    private final Map<Object, Mapping> outward = new HashMap<>();
    private final Map<Integer, Mapping> inward = new HashMap<>();
    private final Map<Integer, InetSocketAddress> everMapped = new HashMap<>();
    private @Nullable SimulatedHost only;
    private InetAddress outside;
    private int forgetAt;
    private long refused;

    /** What a symmetric box tells mappings apart by. */
    private record Flow(InetSocketAddress inside, InetSocketAddress target) {}

    private static final class Permission {
        long givenNanos;
    }

    private static final class Mapping {
        final Object key;
        final InetSocketAddress inside;
        final InetSocketAddress outside;
        /** Whom something was sent to, addresses or endpoints, and when. */
        final Map<Object, Permission> targets = new LinkedHashMap<>();

        long usedNanos;

        Mapping(Object key, InetSocketAddress inside, InetSocketAddress outside) {
            this.key = key;
            this.inside = inside;
            this.outside = outside;
        }
    }

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
        outward.clear();
        inward.clear();
    }

    /**
     * How many mappings there are, those that have timed out unnoticed included.
     *
     * @return zero or more
     */
    public int mappings() {
        return inward.size();
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
        Object key = settings.kind().perTarget() ? new Flow(source, target) : source;
        Mapping mapping = outward.get(key);
        if (mapping != null && isOver(mapping.usedNanos, nowNanos)) {
            remove(mapping);
            mapping = null;
        }
        if (mapping == null) {
            mapping = map(nowNanos, key, source);
            if (mapping == null) {
                refused++;
                return null;
            }
        }
        mapping.usedNanos = nowNanos;
        permit(mapping, permission(target), nowNanos);
        return mapping.outside;
    }

    private void permit(Mapping mapping, Object remote, long nowNanos) {
        Permission given = mapping.targets.get(remote);
        if (given == null) {
            if (mapping.targets.size() >= MAX_TARGETS) {
                mapping.targets.values().removeIf(old -> isOver(old.givenNanos, nowNanos));
            }
            if (mapping.targets.size() >= MAX_TARGETS) {
                mapping.targets.remove(mapping.targets.keySet().iterator().next());
            }
            given = new Permission();
            mapping.targets.put(remote, given);
        }
        given.givenNanos = nowNanos;
    }

    private @Nullable Mapping map(long nowNanos, Object key, InetSocketAddress source) {
        if (inward.size() >= forgetAt) {
            forgetOld(nowNanos);
            forgetAt = Math.min(settings.maxMappings(), Math.max(FIRST_FORGETTING, 2 * inward.size()));
            if (inward.size() >= settings.maxMappings()) {
                return null;
            }
        }
        // Cones keep the port if they can; a symmetric box's are anybody's guess.
        int port = settings.kind().perTarget() ? randomPort() : source.getPort();
        while (port < FIRST_PORT || inward.containsKey(port)) {
            port = randomPort();
        }
        Mapping mapping = new Mapping(key, source, new InetSocketAddress(outside, port));
        outward.put(key, mapping);
        inward.put(port, mapping);
        everMapped.put(port, source);
        return mapping;
    }

    private int randomPort() {
        return FIRST_PORT + random.nextInt(PORTS);
    }

    private void forgetOld(long nowNanos) {
        for (Mapping mapping : inward.values().toArray(new Mapping[0])) {
            if (isOver(mapping.usedNanos, nowNanos)) {
                remove(mapping);
            }
        }
    }

    private void remove(Mapping mapping) {
        outward.remove(mapping.key);
        inward.remove(mapping.outside.getPort());
    }

    private boolean isOver(long usedNanos, long nowNanos) {
        return nowNanos - usedNanos > timeoutNanos;
    }

    /** Where inside an outside port leads or last led, whoever may use it; null if it never was a mapping's. */
    @Nullable
    InetSocketAddress everMappedFrom(int port) {
        return everMapped.get(port);
    }

    private Object permission(InetSocketAddress remote) {
        return settings.kind() == NatKind.ADDRESS_RESTRICTED ? remote.getAddress() : remote;
    }

    /** Where inside a datagram goes that came to a port outside; null if it is not let in. */
    @Nullable
    InetSocketAddress translateIn(long nowNanos, InetSocketAddress from, int port) {
        Mapping mapping = inward.get(port);
        if (mapping == null) {
            return null;
        }
        if (isOver(mapping.usedNanos, nowNanos)) {
            remove(mapping);
            return null;
        }
        if (settings.kind() == NatKind.FULL_CONE) {
            return mapping.inside;
        }
        Permission given = mapping.targets.get(permission(from));
        return given != null && !isOver(given.givenNanos, nowNanos) ? mapping.inside : null;
    }
}
