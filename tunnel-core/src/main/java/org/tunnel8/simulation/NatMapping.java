package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A hole in a {@link NatBox}: where inside an outside port leads, and whom it lets in. */
final class NatMapping {
    /** Targets remembered; when there are more, the one that was sent to first goes. */
    private static final int MAX_TARGETS = 1_024;

    /** Fewer are compared one by one. */
    private static final int MIN_CHAINED = 8;

    final InetSocketAddress inside;
    /** For whom alone it is; null if for everybody. */
    final @Nullable InetSocketAddress only;

    final InetSocketAddress outside;
    final int port;
    final int keyHash;
    long usedNanos;

    /** The next in the same place of {@link NatMappings}, which alone uses it: by where it leads, and by port. */
    @Nullable
    NatMapping chainedByKey;

    @Nullable
    NatMapping chainedByPort;

    /** Whom something was sent to, in that order. */
    private @Nullable Permission first;

    private @Nullable Permission last;
    private int permissions;
    /** The same by hash code; null while there are few. */
    private @Nullable Permission @Nullable [] table;

    /** An address or endpoint to which something was sent, and when. */
    private static final class Permission {
        final Object remote;
        final int hash;
        long givenNanos;

        @Nullable
        Permission following;

        @Nullable
        Permission chained;

        Permission(Object remote, int hash) {
            this.remote = remote;
            this.hash = hash;
        }
    }

    NatMapping(InetSocketAddress inside, @Nullable InetSocketAddress only, InetSocketAddress outside) {
        this.inside = inside;
        this.only = only;
        this.outside = outside;
        this.port = outside.getPort();
        this.keyHash = keyHash(inside, only);
    }

    static int keyHash(InetSocketAddress inside, @Nullable InetSocketAddress only) {
        return inside.hashCode() + (only == null ? 0 : 31 * only.hashCode());
    }

    boolean leads(InetSocketAddress from, @Nullable InetSocketAddress target, int hash) {
        return keyHash == hash && inside.equals(from) && (only == null || only.equals(target));
    }

    boolean permits(Object remote, long nowNanos, long timeoutNanos) {
        Permission given = find(remote);
        return given != null && nowNanos - given.givenNanos <= timeoutNanos;
    }

    void permit(Object remote, long nowNanos, long timeoutNanos) {
        Permission given = find(remote);
        if (given == null) {
            makeRoom(nowNanos - timeoutNanos);
            given = new Permission(remote, remote.hashCode());
            append(given);
        }
        given.givenNanos = nowNanos;
    }

    private @Nullable Permission find(Object remote) {
        int hash = remote.hashCode();
        @Nullable Permission[] chains = table;
        Permission there = chains == null ? first : chains[hash & (chains.length - 1)];
        while (there != null && !(there.hash == hash && there.remote.equals(remote))) {
            there = chains == null ? there.following : there.chained;
        }
        return there;
    }

    private void makeRoom(long oldestNanos) {
        if (permissions < MAX_TARGETS) {
            return;
        }
        retain(oldestNanos);
        if (permissions >= MAX_TARGETS && first != null) {
            Permission oldest = first;
            first = oldest.following;
            permissions--;
            rehash();
        }
    }

    private void retain(long oldestNanos) {
        Permission next = first;
        first = null;
        last = null;
        table = null;
        permissions = 0;
        while (next != null) {
            Permission kept = next;
            next = kept.following;
            if (kept.givenNanos >= oldestNanos) {
                append(kept);
            }
        }
    }

    private void append(Permission added) {
        added.following = null;
        if (last == null) {
            first = added;
        } else {
            last.following = added;
        }
        last = added;
        permissions++;
        @Nullable Permission[] chains = table;
        if (permissions > (chains == null ? MIN_CHAINED : chains.length)) {
            rehash();
        } else if (chains != null) {
            chain(added, chains);
        }
    }

    private void rehash() {
        @Nullable Permission[] chains = new Permission[2 * Integer.highestOneBit(permissions)];
        for (Permission each = first; each != null; each = each.following) {
            chain(each, chains);
        }
        table = chains;
    }

    private static void chain(Permission added, @Nullable Permission[] chains) {
        int place = added.hash & (chains.length - 1);
        added.chained = chains[place];
        chains[place] = added;
    }
}
