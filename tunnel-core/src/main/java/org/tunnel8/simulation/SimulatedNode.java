package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DatagramReceiver;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.engine.TunnelEngine;

/**
 * A node with the engine of production on a {@link SimulatedHost}: client, relay, exit, bootstrap server or several of
 * these. Made by {@link #builder}; not thread-safe.
 */
public final class SimulatedNode implements Participant {
    private final SimulatedHost host;
    private final SimulatedNetwork network;
    private final SimulatedPort port;
    private final IdentityKey identity;
    private final OutsideOfNode outside;
    private final TunnelEngine engine;
    private final @Nullable Liar liar;
    private boolean running;

    SimulatedNode(SimulatedNodeBuilder builder) {
        this.host = builder.host;
        this.network = host.network();
        this.identity = builder.identity == null ? IdentityKey.generate(network.random()) : builder.identity;
        this.liar = builder.lie == null ? null : new Liar(builder.lie, this, builder.isExit());
        this.port = host.open(builder.port, liar == null ? this : liar);
        this.outside = new OutsideOfNode(this, builder.connections);
        this.engine = new TunnelEngine(
                builder.settings(port.address()),
                identity,
                network.layers(),
                network.random(),
                network.nowNanos(),
                outside,
                builder.listener);
    }

    /**
     * Begins with a relay on the default port that knows no bootstrap server.
     *
     * @param host where the node is to run
     * @return a new builder
     */
    public static SimulatedNodeBuilder builder(SimulatedHost host) {
        return new SimulatedNodeBuilder(host);
    }

    /**
     * Sets it going.
     *
     * @return this node
     */
    public SimulatedNode start() {
        running = true;
        engine.start(network.nowNanos());
        port.deadlineChanged();
        return this;
    }

    /** Leaves with destroys, for good. */
    public void stop() {
        if (running) {
            running = false;
            engine.stop(network.nowNanos());
            close();
        }
    }

    /** Leaves without a word, for good. */
    public void die() {
        running = false;
        close();
    }

    private void close() {
        port.close();
        outside.close();
    }

    /**
     * Whether it runs.
     *
     * @return false before {@link #start}, and once it has left or its host has failed
     */
    public boolean isRunning() {
        return running && port.isOpen();
    }

    /**
     * Where it runs.
     *
     * @return the host
     */
    public SimulatedHost host() {
        return host;
    }

    /**
     * Where it is bound, as its host sees it: for a node behind a NAT box not what others reach it at.
     *
     * @return address and port
     */
    public InetSocketAddress address() {
        return port.address();
    }

    /**
     * Its key, with which the same node may return.
     *
     * @return the secret key
     */
    public IdentityKey identity() {
        return identity;
    }

    /**
     * Its key, as others know it.
     *
     * @return the public key
     */
    public PublicKey publicKey() {
        return identity.publicKey();
    }

    /**
     * The addresses of its outside sockets that are open, as its host sees them.
     *
     * @return a new set
     */
    public Set<InetSocketAddress> outsideAddresses() {
        return outside.addresses();
    }

    /**
     * The names that it had looked up.
     *
     * @return all so far
     */
    public Set<String> asked() {
        return outside.asked();
    }

    /**
     * Its engine, for those in this module who look closer. Who uses it where something may become due sooner, outside of
     * the network's run and of its actions, calls {@link #deadlineChanged} afterwards.
     *
     * @return the same engine each time
     */
    @SuppressWarnings("exports") // applications have no use for it, and its package stays theirs not to see
    public TunnelEngine engine() {
        return engine;
    }

    /** Sees to it that the engine is run when it wants to be, after it was used directly. */
    public void deadlineChanged() {
        port.deadlineChanged();
    }

    /**
     * Opens a flow of datagrams over the node's circuits.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @return the flow
     * @throws IllegalStateException if the node keeps no circuits of its own
     */
    public SimulatedFlow openFlow(DatagramReceiver receiver, @Nullable String isolationKey) {
        return new SimulatedFlow(this, receiver, isolationKey);
    }

    /** Nothing listens where its exit has connected to. */
    void refused(long connection) {
        if (isRunning()) {
            engine.onConnectionEnded(network.nowNanos(), connection);
        }
    }

    SimulatedNetwork network() {
        return network;
    }

    /** The engine sends something. */
    void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (liar == null) {
            port.send(to, buffer, offset, length);
        } else {
            liar.sends(to, buffer, offset, length);
        }
    }

    SimulatedPort port() {
        return port;
    }

    @Override
    public long nextDeadlineNanos() {
        return running ? engine.nextDeadlineNanos() : Long.MAX_VALUE;
    }

    @Override
    public void onDeadline(long nowNanos) {
        engine.onDeadline(nowNanos);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (running) {
            engine.onDatagram(nowNanos, from, buffer, offset, length);
        }
    }
}
