package org.tunnel8.walk;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest word of each voter, the longest silent first; beyond the capacity that one goes. In arrays, as whoever counts
 * looks at all of them. Engine thread only.
 */
final class Votes {
    private final int capacity;
    private final @Nullable Object[] voters;
    private final int[] voterHashes;
    private final List<InetAddress> ips;
    private final int[] ports;
    private final long[] castNanos;
    private int size;

    Votes(int capacity) {
        this.capacity = capacity;
        voters = new Object[capacity];
        voterHashes = new int[capacity];
        ips = new ArrayList<>(capacity);
        ports = new int[capacity];
        castNanos = new long[capacity];
    }

    /** Where a voter's word is; -1 if he has not voted. */
    int find(Object voter) {
        int hash = voter.hashCode();
        for (int i = 0; i < size; i++) {
            if (voterHashes[i] == hash && voter.equals(voters[i])) {
                return i;
            }
        }
        return -1;
    }

    /** Adds the word of a voter who is not there; there must be room. */
    void add(Object voter, InetAddress ip, int port, long nowNanos) {
        voters[size] = voter;
        voterHashes[size] = voter.hashCode();
        ips.add(ip);
        ports[size] = port;
        castNanos[size] = nowNanos;
        size++;
    }

    void remove(int at) {
        int behind = --size - at;
        System.arraycopy(voters, at + 1, voters, at, behind);
        System.arraycopy(voterHashes, at + 1, voterHashes, at, behind);
        ips.remove(at);
        System.arraycopy(ports, at + 1, ports, at, behind);
        System.arraycopy(castNanos, at + 1, castNanos, at, behind);
        voters[size] = null;
    }

    InetAddress ip(int at) {
        return ips.get(at);
    }

    int port(int at) {
        return ports[at];
    }

    long castNanos(int at) {
        return castNanos[at];
    }

    boolean isFull() {
        return size == capacity;
    }

    int size() {
        return size;
    }
}
