package org.tunnel8.node;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.IdentityFile;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.MemorySettings;
import org.tunnel8.meters.Metering;
import org.tunnel8.meters.NodeMeters;
import org.tunnel8.policy.Cidr;
import org.tunnel8.policy.DeniedTargets;
import org.tunnel8.policy.PortSet;
import org.tunnel8.relay.JoinLimits;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.transport.PortRange;

/** Collects what a {@link TunnelNode} is to be; every setting has a default. Not thread-safe. */
public final class TunnelNodeBuilder {
    private static final Set<NodeRole> EXITS = EnumSet.of(NodeRole.EXIT_BT, NodeRole.EXIT_IPV8, NodeRole.EXIT_HTTP);

    Set<NodeRole> roles = EnumSet.of(NodeRole.RELAY, NodeRole.SPEED_TEST);
    InetAddress bindAddress = new InetSocketAddress(0).getAddress();
    PortRange ports = PortRange.any();

    @Nullable
    InetAddress exitBindAddress;

    List<Cidr> exitAllowed = List.of();
    PortSet exitPorts = PortSet.ALL;
    List<DeniedTargets> exitDenied = List.of();
    TunnelNetwork network = TunnelNetwork.tribler();

    @Nullable
    String layerCipher;

    @Nullable
    Path memory;

    Duration memoryAge = MemorySettings.DEFAULT_MAX_AGE;
    int maxJoinedCircuits = RelaySettings.DEFAULT_MAX_JOINED_CIRCUITS;
    int createsPerSecond = RelaySettings.DEFAULT_CREATES_PER_SECOND;
    UnaryOperator<JoinLimits> joining = UnaryOperator.identity();
    TrafficLimits traffic = TrafficLimits.NONE;
    long quotaBytes;

    @Nullable
    Path quotaFile;

    Consumer<TunnelEvent> onEvent = event -> {};
    Metering.Factory metering = Metering.Factory.NONE;
    String name = "tunnel8-node";
    private @Nullable Path identity;

    TunnelNodeBuilder() {}

    /**
     * Says what the node does for others; by default relay and speed test.
     *
     * @param chosen the roles; at least one
     * @return this builder
     * @throws IllegalArgumentException if there is none, or a backup exit that is no exit
     */
    public TunnelNodeBuilder roles(Collection<NodeRole> chosen) {
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("a node has at least one role");
        }
        if (chosen.contains(NodeRole.EXIT_BACKUP) && Collections.disjoint(chosen, EXITS)) {
            throw new IllegalArgumentException(
                    "a backup exit says besides what it carries: EXIT_BT, EXIT_IPV8 or EXIT_HTTP");
        }
        roles = EnumSet.copyOf(chosen);
        return this;
    }

    /**
     * Says where the node's port is bound; by default any free port on all addresses.
     *
     * @param address a local address
     * @param range the ports, tried in order
     * @return this builder
     */
    public TunnelNodeBuilder listen(InetAddress address, PortRange range) {
        bindAddress = Objects.requireNonNull(address);
        ports = Objects.requireNonNull(range);
        return this;
    }

    /**
     * Says from which address the exit sends to the outside; by default the one that the node's port is bound to.
     *
     * @param address a local address; if it is none, {@link TunnelNode#start} fails
     * @return this builder
     */
    public TunnelNodeBuilder exitBind(InetAddress address) {
        exitBindAddress = Objects.requireNonNull(address);
        return this;
    }

    /**
     * Lets the exit send to blocks of addresses that it refuses otherwise (D16).
     *
     * @param blocks the blocks
     * @return this builder
     */
    public TunnelNodeBuilder exitAllow(Collection<Cidr> blocks) {
        exitAllowed = List.copyOf(blocks);
        return this;
    }

    /**
     * Says which ports the exit sends to, by datagrams and by HTTP; by default all.
     *
     * @param ports the only ports
     * @return this builder
     */
    public TunnelNodeBuilder exitPorts(PortSet ports) {
        exitPorts = Objects.requireNonNull(ports);
        return this;
    }

    /**
     * Has nothing sent to targets for others, whatever else allows it: not by the exit, and no circuit is extended to an
     * address there that an owner names.
     *
     * @param targets the targets
     * @return this builder
     */
    public TunnelNodeBuilder exitDeny(Collection<DeniedTargets> targets) {
        exitDenied = List.copyOf(targets);
        return this;
    }

    /**
     * Says which network to serve; by default that of Tribler.
     *
     * @param served the network
     * @return this builder
     */
    public TunnelNodeBuilder network(TunnelNetwork served) {
        network = Objects.requireNonNull(served);
        return this;
    }

    /**
     * Keeps the node's key in a file; without, each run has a fresh one.
     *
     * @param file where the key is kept; made when missing
     * @return this builder
     */
    public TunnelNodeBuilder identity(Path file) {
        identity = Objects.requireNonNull(file);
        return this;
    }

    /**
     * Remembers good peers in a file, so that the next start asks them before any bootstrap server; without, each start
     * begins from nothing. The file is a list of addresses that its owner alone can read. It is written every five
     * minutes and on closing. One that is damaged or cannot be used stops nothing; a {@link TunnelEvent.MemoryTrouble}
     * says so.
     *
     * @param file where they are kept, for one network; made when missing, in a folder that exists
     * @return this builder
     */
    public TunnelNodeBuilder memory(Path file) {
        memory = Objects.requireNonNull(file);
        return this;
    }

    /**
     * Says how long ago a remembered peer may have been heard; by default 7 days.
     *
     * @param longest above zero
     * @return this builder
     */
    public TunnelNodeBuilder memoryAge(Duration longest) {
        memoryAge = MemorySettings.checkAge(longest);
        return this;
    }

    /**
     * Says which layer cipher to use; by default the fastest that is available.
     *
     * @param cipher "jdk" or "conscrypt"
     * @return this builder
     */
    public TunnelNodeBuilder layerCipher(String cipher) {
        layerCipher = Objects.requireNonNull(cipher);
        return this;
    }

    /**
     * Limits how many circuits of others the node carries, counted in entries: a circuit that ends here takes one, one
     * that runs through takes two, one for each of its links. By default 100 entries, as the reference has them: 50
     * circuits that run through. A relayed circuit takes about a kilobyte of heap.
     *
     * @param entries the most entries; with 0 the node joins no circuit
     * @return this builder
     */
    public TunnelNodeBuilder maxJoinedCircuits(int entries) {
        if (entries < 0) {
            throw new IllegalArgumentException("at least 0 entries for others' circuits, not " + entries);
        }
        maxJoinedCircuits = entries;
        return this;
    }

    /**
     * Limits how many circuits of others the node joins in a second; by default 500. Each costs two key agreements, some
     * 400 microseconds of processor time, and is remembered for a minute.
     *
     * @param creates the most creates answered in a second, 1 to 100,000
     * @return this builder
     */
    public TunnelNodeBuilder createsPerSecond(int creates) {
        if (creates < 1 || creates > RelaySettings.MAX_CREATES_PER_SECOND) {
            throw new IllegalArgumentException(
                    "1 to " + RelaySettings.MAX_CREATES_PER_SECOND + " creates a second, not " + creates);
        }
        createsPerSecond = creates;
        return this;
    }

    /**
     * Says how many places for others' circuits one IP address (IPv6: /64) may have once half of all are taken; by
     * default a quarter. Nobody loses what he has.
     *
     * @param places the most places, a relayed circuit counting twice; at least 1
     * @return this builder
     */
    public TunnelNodeBuilder maxPerAddress(int places) {
        return joining(places, limits -> limits.withPerAddress(places));
    }

    /**
     * The same for one key at one address; by default an eighth.
     *
     * @param places the most places, a relayed circuit counting twice; at least 1
     * @return this builder
     */
    public TunnelNodeBuilder maxPerNeighbour(int places) {
        return joining(places, limits -> limits.withPerNeighbour(places));
    }

    private TunnelNodeBuilder joining(int least, UnaryOperator<JoinLimits> change) {
        if (least < 1) {
            throw new IllegalArgumentException("a neighbour may have at least 1, not " + least);
        }
        UnaryOperator<JoinLimits> before = joining;
        joining = limits -> change.apply(before.apply(limits));
        return this;
    }

    /**
     * Says how many creates of one IP address (IPv6: /64) are answered in a second while more than half of what {@link
     * #createsPerSecond} allows is used up; by default an eighth of that.
     *
     * @param perAddress the most creates of one address; at least 1
     * @return this builder
     */
    public TunnelNodeBuilder createsPerAddress(int perAddress) {
        return joining(perAddress, limits -> limits.withCreates(perAddress));
    }

    /**
     * Lends others so much of the line and no more: cells passed on in either direction, what an exit sends to the
     * outside and what it brings back. Counted is what leaves the node for them, in bytes of UDP payload; what comes in
     * for them is about as much. When more comes, it waits a moment, the circuits take turns, and the one with most of it
     * loses some (counted as UPLINK_FULL). By default there is no limit.
     *
     * @param bytesPerSecond the most bytes a second, on average over a tenth; at least 1,024
     * @return this builder
     */
    public TunnelNodeBuilder bandwidth(long bytesPerSecond) {
        traffic = new TrafficLimits(bytesPerSecond);
        return this;
    }

    /**
     * Carries so much for others in a calendar month of UTC and no more; by default there is no limit. Counted are the
     * datagrams of others' circuits and of an exit, in and out, by their UDP payload, and the bytes of an exit's HTTP
     * exchanges. The datagram that would exceed the quota is not taken or not sent. From then on, until the month ends,
     * others' circuits are destroyed, creates are refused and no role is announced; {@link TunnelEvent.QuotaUsedUp} says
     * so, and {@link NodeStatus#lending()} what is used.
     *
     * <p>The file keeps the account across runs. It is a step ahead: a run that ends badly counts up to a thousandth of
     * the quota more (64 KiB at least, 64 MiB at most) than it has carried. A file that is damaged or cannot be read
     * counts as a quota that is used up, and {@link TunnelEvent.QuotaTrouble} says so: who wants a fresh one takes the
     * file away.
     *
     * @param bytesPerMonth the most bytes, in and out together; at least 1
     * @param file where the account is kept, of this node alone; made when missing, in a folder that exists
     * @return this builder
     */
    public TunnelNodeBuilder quota(long bytesPerMonth, Path file) {
        if (bytesPerMonth < 1) {
            throw new IllegalArgumentException("a quota is at least 1 byte a month, not " + bytesPerMonth);
        }
        quotaBytes = bytesPerMonth;
        quotaFile = Objects.requireNonNull(file);
        return this;
    }

    /**
     * Names the node's threads.
     *
     * @param threads the name
     * @return this builder
     */
    public TunnelNodeBuilder name(String threads) {
        name = Objects.requireNonNull(threads);
        return this;
    }

    /**
     * Says who hears of events; on a thread of the node's own.
     *
     * @param listener takes the events
     * @return this builder
     */
    public TunnelNodeBuilder onEvent(Consumer<TunnelEvent> listener) {
        onEvent = Objects.requireNonNull(listener);
        return this;
    }

    /**
     * Has Micrometer read what the node does and how it is (FR-023): {@code docs/metrics.md} lists its meters. Micrometer is no
     * dependency of this library: put {@code io.micrometer:micrometer-core} on the class path; without a call of this
     * method it is never needed. All meters bear the tag {@code node}; they are registered by {@link #build()}, and taken out
     * of the registry when the node is closed. The registry stays the application's.
     *
     * @param registry where the meters are to be
     * @return this builder
     */
    public TunnelNodeBuilder metrics(MeterRegistry registry) {
        metering = NodeMeters.in(Objects.requireNonNull(registry), null);
        return this;
    }

    /**
     * The same under a name, for several clients and nodes in one registry.
     *
     * @param registry where the meters are to be
     * @param node value of the tag {@code node}, 1 to 64 characters, the same in each run; what {@link #name} says by default. A second
     *     one of a name in a registry gets a number: "name-2"
     * @return this builder
     */
    public TunnelNodeBuilder metrics(MeterRegistry registry, String node) {
        metering = NodeMeters.in(Objects.requireNonNull(registry), Objects.requireNonNull(node));
        return this;
    }

    /**
     * Makes the node; {@link TunnelNode#start()} starts it. It has a thread from now on and is to be closed, started or
     * not.
     *
     * @return a new node
     * @throws TunnelException of kind IDENTITY_UNUSABLE if the identity file cannot be used
     * @throws IllegalArgumentException if the layer cipher is not available
     */
    public TunnelNode build() {
        return new TunnelNode(
                this, identity == null ? IdentityKey.generate(new SecureRandom()) : IdentityFile.load(identity));
    }
}
