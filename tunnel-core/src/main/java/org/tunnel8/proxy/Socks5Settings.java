package org.tunnel8.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/**
 * How the proxy listens, whom it serves, and how many at once. Immutable.
 *
 * <p>Without credentials it listens on loopback only, since whoever reaches it can send in this user's name.
 *
 * @param listen address and port of the TCP listener, resolved; port 0 takes a free one
 * @param credentials user name and password to ask for; null asks for none
 * @param isolateByUser whether the user name keeps flows apart: any user name is accepted together with the configured
 *     password, and flows of different user names never share a circuit (as Tor's IsolateSOCKSAuth does)
 * @param maxConnections open TCP connections at once; further ones are closed as they arrive
 * @param maxAssociations open UDP associations at once, each with a UDP socket of its own; further requests are refused
 * @param negotiationLimit how long a client may take from its connection to its request, and from there to an HTTP request
 * @param inbound where the application listens for peers' streams that reach an exit's address, resolved; null if it takes none
 * @param idleLimit a stream over which no byte went in either direction for so long is closed
 */
public record Socks5Settings(
        InetSocketAddress listen,
        @Nullable Socks5Credentials credentials,
        boolean isolateByUser,
        int maxConnections,
        int maxAssociations,
        Duration negotiationLimit,
        @Nullable InetSocketAddress inbound,
        Duration idleLimit) {
    /** TCP connections at once: one for each peer of a torrent client that speaks TCP, and some. */
    public static final int DEFAULT_MAX_CONNECTIONS = 1_280;

    /** UDP associations at once; each holds a socket and its buffers. */
    public static final int DEFAULT_MAX_ASSOCIATIONS = 64;

    /** Ten seconds, the time RFC 1928 §6 gives a server to close a connection whose request has failed. */
    public static final Duration DEFAULT_NEGOTIATION_LIMIT = Duration.ofSeconds(10);

    /** BitTorrent's peers say that they are there every two minutes. */
    public static final Duration DEFAULT_IDLE_LIMIT = Duration.ofMinutes(10);

    /**
     * Checks what is set.
     *
     * @throws IllegalArgumentException if the address is unresolved, or not loopback while no credentials are asked
     *     for; if isolation by user is on without credentials; if a limit is not positive
     */
    public Socks5Settings {
        InetAddress address = listen.getAddress();
        if (address == null) {
            throw new IllegalArgumentException("the SOCKS5 proxy listens on an address, not on a name to be resolved");
        }
        if (credentials == null && !address.isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "a SOCKS5 proxy on other addresses than loopback could be used by others:"
                            + " set a user name and password, or listen on loopback");
        }
        if (isolateByUser && credentials == null) {
            throw new IllegalArgumentException(
                    "isolation by user name needs clients that give one: set a user name and password");
        }
        if (maxConnections < 1 || maxAssociations < 1) {
            throw new IllegalArgumentException("a SOCKS5 proxy serves at least one connection and one association");
        }
        if (negotiationLimit.isNegative() || negotiationLimit.isZero()) {
            throw new IllegalArgumentException("the negotiation needs some time, not " + negotiationLimit);
        }
        if (inbound != null && inbound.isUnresolved()) {
            throw new IllegalArgumentException("the application listens at an address, not at a name to be resolved");
        }
        if (idleLimit.isNegative() || idleLimit.isZero()) {
            throw new IllegalArgumentException("a stream may be idle for some time, not " + idleLimit);
        }
    }

    /**
     * A proxy for everybody on this machine: 127.0.0.1, any free port, no credentials.
     *
     * @return the defaults
     */
    public static Socks5Settings defaults() {
        return new Socks5Settings(
                ((IpAddress) Address.parse("127.0.0.1", 0)).endpoint(),
                null,
                false,
                DEFAULT_MAX_CONNECTIONS,
                DEFAULT_MAX_ASSOCIATIONS,
                DEFAULT_NEGOTIATION_LIMIT,
                null,
                DEFAULT_IDLE_LIMIT);
    }

    /**
     * The same, listening elsewhere.
     *
     * @param address resolved; loopback unless credentials are set already
     * @return new settings
     */
    public Socks5Settings withListen(InetSocketAddress address) {
        return new Socks5Settings(
                address,
                credentials,
                isolateByUser,
                maxConnections,
                maxAssociations,
                negotiationLimit,
                inbound,
                idleLimit);
    }

    /**
     * The same, asking for a user name and password.
     *
     * @param asked what clients must give
     * @return new settings
     */
    public Socks5Settings withCredentials(Socks5Credentials asked) {
        return new Socks5Settings(
                listen, asked, isolateByUser, maxConnections, maxAssociations, negotiationLimit, inbound, idleLimit);
    }

    /**
     * The same, with or without isolation by user name.
     *
     * @param isolate whether user names keep flows apart; needs credentials
     * @return new settings
     */
    public Socks5Settings withIsolateByUser(boolean isolate) {
        return new Socks5Settings(
                listen, credentials, isolate, maxConnections, maxAssociations, negotiationLimit, inbound, idleLimit);
    }

    /**
     * The same with other limits.
     *
     * @param connections open TCP connections at once
     * @param associations open UDP associations at once
     * @return new settings
     */
    public Socks5Settings withLimits(int connections, int associations) {
        return new Socks5Settings(
                listen, credentials, isolateByUser, connections, associations, negotiationLimit, inbound, idleLimit);
    }

    /**
     * The same with another time for the negotiation.
     *
     * @param limit from a client's connection to its request
     * @return new settings
     */
    public Socks5Settings withNegotiationLimit(Duration limit) {
        return new Socks5Settings(
                listen, credentials, isolateByUser, maxConnections, maxAssociations, limit, inbound, idleLimit);
    }

    /**
     * The same with another time after which idle streams are closed.
     *
     * @param limit without a byte in either direction
     * @return new settings
     */
    public Socks5Settings withIdleLimit(Duration limit) {
        return new Socks5Settings(
                listen, credentials, isolateByUser, maxConnections, maxAssociations, negotiationLimit, inbound, limit);
    }

    /**
     * The same, with the application taking streams that peers begin at an exit's address.
     *
     * @param application where it listens for TCP, resolved; null if it takes none
     * @return new settings
     */
    public Socks5Settings withInbound(@Nullable InetSocketAddress application) {
        return new Socks5Settings(
                listen,
                credentials,
                isolateByUser,
                maxConnections,
                maxAssociations,
                negotiationLimit,
                application,
                idleLimit);
    }
}
