package org.tunnel8.direct;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.driver.NameResolver;
import org.tunnel8.policy.AddressClass;
import org.tunnel8.policy.SourceAddress;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/**
 * What all direct traffic of one client shares: where it comes from, who looks names up, how much there may be at a time, and
 * the counts. It opens nothing by itself. Loop thread only, where nothing else is said.
 */
public final class DirectOutside implements AutoCloseable {
    /** Streams at a time; with the bytes that each holds at most, 32 MiB, and 64 MiB more where all of them end at once. */
    public static final int MAX_STREAMS = 256;
    /** HTTP exchanges at a time, as many as through circuits. */
    public static final int MAX_EXCHANGES = 64;
    /** A name of the DNS has no more. */
    private static final int MAX_NAME_CHARS = 253;

    private final TransportLoop loop;
    private final InetAddress bindAddress;
    private final NameResolver names;
    private final DirectCounters counters = new DirectCounters();
    private int streams;
    private int exchanges;

    /**
     * Makes it; nothing is opened and no thread started.
     *
     * @param loop runs the sockets
     * @param bindAddress where traffic comes from, as far as it is of the target's family
     * @param threadName names the threads that wait for the resolver
     */
    public DirectOutside(TransportLoop loop, InetAddress bindAddress, String threadName) {
        this.loop = loop;
        this.bindAddress = bindAddress;
        this.names = new NameResolver(loop, threadName);
    }

    TransportLoop loop() {
        return loop;
    }

    /** What a socket of a family is bound to. */
    InetAddress source(boolean ipv6) {
        return SourceAddress.ofFamily(bindAddress, ipv6);
    }

    /**
     * What has gone directly so far.
     *
     * @return the counts, which go on
     */
    public DirectCounters counters() {
        return counters;
    }

    /**
     * Streams that are open, or about to be.
     *
     * @return 0 to {@link #MAX_STREAMS}
     */
    public int streams() {
        return streams;
    }

    /**
     * Exchanges that are running.
     *
     * @return 0 to {@link #MAX_EXCHANGES}
     */
    public int exchanges() {
        return exchanges;
    }

    void began(boolean isExchange) {
        streams += isExchange ? 0 : 1;
        exchanges += isExchange ? 1 : 0;
        counters.begun(isExchange);
    }

    void ended(boolean isExchange) {
        streams -= isExchange ? 0 : 1;
        exchanges -= isExchange ? 1 : 0;
    }

    /**
     * Whether anything may be sent to a target directly. A name's address is judged once it is known.
     *
     * @param target an address or a name
     * @return false for port 0 and for addresses that are multicast, broadcast, unspecified or reserved
     */
    public static boolean isAllowed(Address target) {
        return target.port() != 0 && (!(target instanceof IpAddress ip) || isAllowed(ip.address()));
    }

    static boolean isAllowed(InetAddress address) {
        return switch (AddressClass.of(address)) {
            case UNSPECIFIED, MULTICAST, RESERVED -> false;
            case LOOPBACK, PRIVATE, LINK_LOCAL, SHARED, BENCHMARKING, PUBLIC -> true;
        };
    }

    /** Looks a name up by the system's resolver; tells the first address that may be sent to, or null, never at once. */
    void resolve(Permit permit, String host, Consumer<@Nullable InetAddress> result) {
        // An empty name would be this machine to the resolver.
        if (!permit.isInForce() || host.isBlank() || host.length() > MAX_NAME_CHARS) {
            loop.execute(() -> result.accept(null));
            return;
        }
        names.resolve(host, addresses -> result.accept(firstAllowed(addresses)));
    }

    private static @Nullable InetAddress firstAllowed(List<InetAddress> addresses) {
        return addresses.stream().filter(DirectOutside::isAllowed).findFirst().orElse(null);
    }

    /** Looks up no more names. */
    @Override
    public void close() {
        names.close();
    }

    /** Waits a moment for the threads to end, after closing. Not for the loop's thread. */
    public void awaitEnd() {
        names.awaitEnd();
    }
}
