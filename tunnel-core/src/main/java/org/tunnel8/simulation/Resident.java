package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;

/** Somebody who takes part in a scenario: who, how connected, since when, and what runs there. */
final class Resident {
    private final Placement placement;
    private final SimulatedHost host;
    private final IdentityKey identity;
    private final InetSocketAddress address;
    private final long startedNanos;
    private final @Nullable Role role;
    private @Nullable SimulatedNode node;
    private final @Nullable MisbehavingPeer stranger;
    private boolean gone;

    private Resident(
            Placement placement,
            SimulatedHost host,
            InetSocketAddress address,
            IdentityKey identity,
            @Nullable Role role,
            @Nullable SimulatedNode node,
            @Nullable MisbehavingPeer stranger) {
        this.placement = placement;
        this.host = host;
        this.address = address;
        this.identity = identity;
        this.startedNanos = host.network().nowNanos();
        this.role = role;
        this.node = node;
        this.stranger = stranger;
    }

    /** The measured client. */
    Resident(Placement placement, SimulatedNode node) {
        this(placement, node.host(), node.address(), node.identity(), null, node, null);
    }

    /** A node of ours that holds a place in the population. */
    Resident(Role role, SimulatedNode node) {
        this(role.placement(), node.host(), node.address(), node.identity(), role, node, null);
    }

    /** One who misbehaves. */
    Resident(Role role, MisbehavingPeer stranger) {
        this(role.placement(), stranger.host(), stranger.address(), stranger.identity(), role, null, stranger);
    }

    /** Ends what runs there, with a farewell or without. */
    void leave(boolean politely) {
        if (stranger != null) {
            stranger.leave();
        }
        SimulatedNode leaving = node;
        if (leaving != null && politely) {
            leaving.stop();
        } else if (leaving != null) {
            leaving.die();
        }
        // What it knew, and what its router let in, is of no use to anybody, and would fill a long run's memory.
        node = null;
        NatBox nat = host.nat();
        if (nat != null) {
            nat.forgetMappingsOf(host.address());
        }
        gone = true;
    }

    /** Whether it is there: it came, and has not left. */
    boolean isPresent() {
        return !gone;
    }

    /** Whether it is a hop that sends to the outside for others. */
    boolean isExit() {
        return role != null && role.exit();
    }

    /** The place it holds; null for the measured client. */
    @Nullable
    Role role() {
        return role;
    }

    /** For a reader, without its address. */
    String describe() {
        String what = isExit() ? "an exit" : "a " + placement.label() + " relay";
        Lie lie = role == null ? null : role.lie();
        if (lie != null) {
            return what + " that lies (" + lie.name().toLowerCase(Locale.ROOT) + ")";
        }
        return role != null && role.slow() ? what + " far away" : what;
    }

    Placement placement() {
        return placement;
    }

    SimulatedHost host() {
        return host;
    }

    /** Where it is bound, as its host sees it. */
    InetSocketAddress address() {
        return address;
    }

    IdentityKey identity() {
        return identity;
    }

    PublicKey publicKey() {
        return identity.publicKey();
    }

    long startedNanos() {
        return startedNanos;
    }

    /** The production node there; null for one who misbehaves, and once it has left. */
    @Nullable
    SimulatedNode node() {
        return node;
    }

    boolean isHonest() {
        return stranger == null;
    }

    /** Whether no proper handshake with it is possible, or would be wrong. */
    boolean isImpostor() {
        return stranger != null && stranger.misbehaviour().excludesHandshake();
    }

    /** Where the Internet sees it. */
    InetAddress outside() {
        NatBox nat = host.nat();
        return nat == null ? host.address() : nat.outside();
    }
}
