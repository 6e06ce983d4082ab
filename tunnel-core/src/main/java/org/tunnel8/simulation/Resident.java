package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    private final @Nullable SimulatedNode node;
    private final @Nullable MisbehavingPeer stranger;

    private Resident(
            Placement placement,
            SimulatedHost host,
            InetSocketAddress address,
            IdentityKey identity,
            @Nullable SimulatedNode node,
            @Nullable MisbehavingPeer stranger) {
        this.placement = placement;
        this.host = host;
        this.address = address;
        this.identity = identity;
        this.startedNanos = host.network().nowNanos();
        this.node = node;
        this.stranger = stranger;
    }

    /** An honest one. */
    Resident(Placement placement, SimulatedNode node) {
        this(placement, node.host(), node.address(), node.identity(), node, null);
    }

    /** One who misbehaves. */
    Resident(Placement placement, MisbehavingPeer stranger) {
        this(placement, stranger.host(), stranger.address(), stranger.identity(), null, stranger);
    }

    /** Ends what runs there, with a farewell or without. */
    void leave(boolean politely) {
        if (stranger != null) {
            stranger.leave();
        }
        if (node != null && politely) {
            node.stop();
        } else if (node != null) {
            node.die();
        }
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

    /** The production node there, which may have left; null for one who misbehaves. */
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
