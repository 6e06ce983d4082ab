package org.tunnel8;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.HopRules;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.MemorySettings;
import org.tunnel8.meters.Metering;
import org.tunnel8.meters.NodeMeters;
import org.tunnel8.proxy.Socks5Credentials;
import org.tunnel8.proxy.Socks5Settings;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.transport.PortRange;

/**
 * Collects what a {@link TunnelClient} is to be; every setting has a default. Not thread-safe.
 *
 * <p>Wrong values are refused at once, by the method that takes them, with {@link IllegalArgumentException}; what does not
 * fit together, by {@link #build()}. The order of the calls does not matter.
 */
public final class TunnelClientBuilder {
    private @Nullable Path identity;
    private PortRange ports = PortRange.any();
    private InetAddress bindAddress = new InetSocketAddress(0).getAddress();
    private TunnelNetwork network = TunnelNetwork.tribler();
    private int hops = CircuitSettings.MAX_HOPS;
    private int standbys = 2;
    private int minPeers = CircuitSettings.DEFAULT_MIN_PEERS;
    private boolean spread;
    private List<String> allowedHops = List.of();
    private List<String> deniedHops = List.of();
    private InetSocketAddress socks5Address = Socks5Settings.defaults().listen();
    private @Nullable Socks5Credentials socks5Credentials;
    private @Nullable InetSocketAddress inbound;
    private boolean isolateByUser;
    private @Nullable Path memory;
    private Duration memoryAge = MemorySettings.DEFAULT_MAX_AGE;
    private long bytesPerSecond = TrafficLimits.UNLIMITED;
    private @Nullable String layerCipher;
    private Consumer<TunnelEvent> onEvent = event -> {};
    private Metering.Factory metering = Metering.Factory.NONE;

    TunnelClientBuilder() {}

    /**
     * Keeps the client's key in a file, so that peers know it again; without, each run has a fresh one.
     *
     * @param file where the key is kept; made when missing
     * @return this builder
     */
    public TunnelClientBuilder identity(Path file) {
        identity = Objects.requireNonNull(file);
        return this;
    }

    /**
     * Says which UDP ports the client may take; by default any free one (FR-001).
     *
     * @param range the ports, tried in order
     * @return this builder
     */
    public TunnelClientBuilder listen(PortRange range) {
        ports = Objects.requireNonNull(range);
        return this;
    }

    /**
     * Binds the client's port to one local address; by default to all.
     *
     * @param address a local address
     * @return this builder
     */
    public TunnelClientBuilder bind(InetAddress address) {
        bindAddress = Objects.requireNonNull(address);
        return this;
    }

    /**
     * Says which network to join; by default that of Tribler.
     *
     * @param joined the network
     * @return this builder
     */
    public TunnelClientBuilder network(TunnelNetwork joined) {
        network = Objects.requireNonNull(joined);
        return this;
    }

    /**
     * Says how many hops each circuit has; by default 3. With one hop the exit knows who you are.
     *
     * @param count 1 to 3
     * @return this builder
     */
    public TunnelClientBuilder hops(int count) {
        hops = CircuitSettings.of(count, standbys, minPeers).hops();
        return this;
    }

    /**
     * Says how many circuits are kept; by default one primary and two warm standbys (FR-018a, D15).
     *
     * @param primary circuits that carry the traffic of flows that need no isolation: 1
     * @param warmStandbys circuits that wait to take over, 0 to 7
     * @return this builder
     */
    public TunnelClientBuilder circuits(int primary, int warmStandbys) {
        if (primary != 1) {
            throw new IllegalArgumentException("there is one primary circuit, not " + primary);
        }
        if (warmStandbys < 0 || warmStandbys >= CircuitSettings.DEFAULT_MAX_CIRCUITS) {
            throw new IllegalArgumentException(
                    "there are 0 to " + (CircuitSettings.DEFAULT_MAX_CIRCUITS - 1) + " standbys, not " + warmStandbys);
        }
        standbys = warmStandbys;
        return this;
    }

    /**
     * Builds no circuit while fewer peers are known; by default 20 (FR-007). Small networks need less (D8).
     *
     * @param count at least 1
     * @return this builder
     */
    public TunnelClientBuilder minPeers(int count) {
        minPeers = CircuitSettings.of(hops, standbys, count).minPeers();
        return this;
    }

    /**
     * Spreads flows over all ready circuits, for throughput, instead of keeping standbys for when the primary fails; by
     * default they do not (D15). Then each failing hop concerns some flows, and there is none that concerns nobody.
     *
     * @return this builder
     */
    public TunnelClientBuilder spread() {
        spread = true;
        return this;
    }

    /**
     * Uses nobody but these as hops; by default anybody. Where any rule, here or in {@link #denyHops}, is about addresses,
     * only peers are used that this client knows by itself: of the others that hops offer nobody says where they are.
     *
     * @param rules each an address, a block like 192.0.2.0/24, or in hexadecimal digits a public key (148) or its mid (40)
     * @return this builder
     */
    public TunnelClientBuilder allowHops(Collection<String> rules) {
        HopRules.parse(rules, List.of());
        allowedHops = List.copyOf(rules);
        return this;
    }

    /**
     * Never uses these as hops, even if they are allowed; by default nobody is denied.
     *
     * @param rules as for {@link #allowHops}
     * @return this builder
     */
    public TunnelClientBuilder denyHops(Collection<String> rules) {
        HopRules.parse(List.of(), rules);
        deniedHops = List.copyOf(rules);
        return this;
    }

    /**
     * Says where the SOCKS5 proxy listens; by default on a free port of 127.0.0.1.
     *
     * @param address a local address, resolved; one beyond loopback needs {@link #socks5Credentials}
     * @return this builder
     */
    public TunnelClientBuilder socks5(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("the SOCKS5 proxy listens on an address, not on a name to be resolved");
        }
        socks5Address = address;
        return this;
    }

    /**
     * Has the proxy ask for a user name and password (RFC 1929); by default it asks for nothing.
     *
     * @param user user name, 1 to 255 bytes as UTF-8
     * @param password password, 1 to 255 bytes as UTF-8
     * @return this builder
     */
    public TunnelClientBuilder socks5Credentials(String user, String password) {
        socks5Credentials = Socks5Credentials.of(user, password);
        return this;
    }

    /**
     * Has peers that reach the port of an exit by uTP handed to the application: each as a TCP connection to its port. They
     * come over circuits of no isolation key, at the address that such a circuit's exit has for us.
     *
     * @param application where the application listens for TCP; a resolved address
     * @return this builder
     */
    public TunnelClientBuilder inbound(InetSocketAddress application) {
        if (application.isUnresolved()) {
            throw new IllegalArgumentException("the application listens at an address, not at a name");
        }
        inbound = application;
        return this;
    }

    /**
     * Has the proxy take any user name, together with the password of {@link #socks5Credentials}, and keep those of
     * different names on circuits of their own (D15); by default all share circuits. For applications that do several
     * things which nobody should be able to tie together. Names in use at a time share the client's 8 circuits.
     *
     * @return this builder
     */
    public TunnelClientBuilder socks5IsolateByUser() {
        isolateByUser = true;
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
    public TunnelClientBuilder memory(Path file) {
        memory = Objects.requireNonNull(file);
        return this;
    }

    /**
     * Says how long ago a remembered peer may have been heard; by default 7 days.
     *
     * @param longest above zero
     * @return this builder
     */
    public TunnelClientBuilder memoryAge(Duration longest) {
        memoryAge = MemorySettings.checkAge(longest);
        return this;
    }

    /**
     * Sends the application's datagrams no faster than this; by default as fast as the system takes them. Useful where the
     * narrowest place is behind this machine, in a modem that would let its queue grow: the system does not tell of it.
     * Counted is what leaves the client for them, layers and headers of cells included, in bytes of UDP payload. What {@link
     * TunnelDatagrams} takes then waits, and its senders learn of it ({@link TunnelDatagrams#whenRoom}); what comes through
     * the proxy is dropped, and counted as SOCKS5_UPLINK_FULL in {@link TunnelStatus#drops()}.
     *
     * @param limit the most bytes a second, on average over a tenth; at least 1,024
     * @return this builder
     */
    public TunnelClientBuilder bandwidth(long limit) {
        bytesPerSecond = new TrafficLimits(limit).bytesPerSecond();
        return this;
    }

    /**
     * Says which layer cipher to use; by default the fastest that is available, as a short self-test finds.
     *
     * @param name "jdk" or "conscrypt"; one that is not available is refused by {@link #build()}
     * @return this builder
     */
    public TunnelClientBuilder layerCipher(String name) {
        layerCipher = Objects.requireNonNull(name);
        return this;
    }

    /**
     * Says who hears of events; on a thread of the client's own, never the engine's.
     *
     * @param listener takes the events
     * @return this builder
     */
    public TunnelClientBuilder onEvent(Consumer<TunnelEvent> listener) {
        onEvent = Objects.requireNonNull(listener);
        return this;
    }

    /**
     * Has Micrometer read what the client does and how it is (FR-023): {@code docs/metrics.md} lists its meters. Micrometer is no
     * dependency of this library: put {@code io.micrometer:micrometer-core} on the class path; without a call of this
     * method it is never needed. All meters bear the tag {@code node}; they are registered by {@link #build()}, and taken out
     * of the registry when the client is closed. The registry stays the application's.
     *
     * @param registry where the meters are to be
     * @return this builder
     */
    public TunnelClientBuilder metrics(MeterRegistry registry) {
        metering = NodeMeters.in(Objects.requireNonNull(registry), null);
        return this;
    }

    /**
     * The same under a name, for several clients and nodes in one registry.
     *
     * @param registry where the meters are to be
     * @param node value of the tag {@code node}, 1 to 64 characters, the same in each run; "client" by default. A second
     *     one of a name in a registry gets a number: "name-2"
     * @return this builder
     */
    public TunnelClientBuilder metrics(MeterRegistry registry, String node) {
        metering = NodeMeters.in(Objects.requireNonNull(registry), Objects.requireNonNull(node));
        return this;
    }

    /**
     * Makes the client; {@link TunnelClient#start()} starts it. It has a thread from now on and is to be closed, started
     * or not.
     *
     * @return a new client
     * @throws TunnelException of kind IDENTITY_UNUSABLE if the identity file cannot be used
     * @throws IllegalArgumentException if the settings do not fit together: a proxy beyond loopback, or isolation by
     *     user, without credentials; or if the layer cipher is not available
     */
    public TunnelClient build() {
        Socks5Settings socks5 = Socks5Settings.defaults();
        if (socks5Credentials != null) {
            socks5 = socks5.withCredentials(socks5Credentials);
        }
        socks5 = socks5.withListen(socks5Address)
                .withIsolateByUser(isolateByUser)
                .withInbound(inbound);
        IdentityKey key = identity == null ? IdentityKey.generate(new SecureRandom()) : IdentityFile.load(identity);
        return new TunnelClient(
                key,
                bindAddress,
                ports,
                network,
                CircuitSettings.of(hops, standbys, minPeers)
                        .withSpread(spread)
                        .withRules(HopRules.parse(allowedHops, deniedHops)),
                socks5,
                layerCipher,
                memory,
                memoryAge,
                bytesPerSecond,
                onEvent,
                metering);
    }
}
