package org.tunnel8.shaping;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.tunnel8.shaping.Backlog.Held;

/**
 * The backlogs of all circuits: whose turn it is, and which is the longest.
 *
 * <p>Turns go round, and in each a circuit gets the same number of bytes (deficit round robin): who sends more waits
 * longer and gets no more. When all together hold too much, the longest gives, so that a circuit that asks for less than
 * its share loses nothing. Both take a constant time, however many circuits there are. Engine thread only.
 */
final class Backlogs {
    /** Bytes of a turn: a datagram of any usual size. */
    static final int TURN_BYTES = 2_048;

    static final int NO_CLASS = -1;

    private static final int CLASS_SHIFT = 10;

    private final int mostBytes;
    private final int mostBytesOfOne;
    private final IdentityHashMap<Object, Backlog> byCircuit = new IdentityHashMap<>();
    private final ArrayDeque<Backlog> turns = new ArrayDeque<>();
    /** First of the backlogs of each size, by kibibytes. */
    private final @Nullable Backlog[] bySize;

    private int largestClass;
    private int heldBytes;

    Backlogs(int mostBytes, int mostBytesOfOne) {
        this.mostBytes = mostBytes;
        this.mostBytesOfOne = mostBytesOfOne;
        // One that is over its bound is so until the next line.
        this.bySize = new Backlog[((mostBytesOfOne + 2 * TrafficShaper.MAX_DATAGRAM_BYTES) >> CLASS_SHIFT) + 1];
    }

    boolean isEmpty() {
        return turns.isEmpty();
    }

    /** Has a datagram wait; how many others had to go for it, itself included. */
    int add(Object circuit, Held held) {
        Backlog backlog = byCircuit.get(circuit);
        if (backlog == null) {
            backlog = new Backlog(circuit);
            backlog.deficitBytes = TURN_BYTES;
            byCircuit.put(circuit, backlog);
            turns.add(backlog);
        }
        backlog.add(held);
        heldBytes += held.heldBytes();
        resized(backlog);
        int gone = 0;
        while (backlog.heldBytes() > mostBytesOfOne) {
            dropOne(backlog);
            gone++;
        }
        while (heldBytes > mostBytes) {
            dropOne(longest());
            gone++;
        }
        return gone;
    }

    private void dropOne(Backlog backlog) {
        heldBytes -= backlog.heldBytes();
        backlog.dropOne();
        heldBytes += backlog.heldBytes();
        resized(backlog);
    }

    /** Takes out the datagram whose turn it is; null if none waits. */
    @Nullable
    Held next() {
        while (true) {
            Backlog backlog = turns.peek();
            if (backlog == null) {
                return null;
            }
            Held first = backlog.first();
            if (first == null) {
                turns.remove();
                byCircuit.remove(backlog.circuit);
            } else if (backlog.deficitBytes < first.datagram.length) {
                backlog.deficitBytes += TURN_BYTES;
                turns.add(turns.remove());
            } else {
                backlog.deficitBytes -= first.datagram.length;
                backlog.removeFirst();
                heldBytes -= first.heldBytes();
                resized(backlog);
                if (backlog.isEmpty()) {
                    turns.remove();
                    byCircuit.remove(backlog.circuit);
                }
                return first;
            }
        }
    }

    /** Drops what waits for a circuit that has ended; how many datagrams that were. */
    int forget(Object circuit) {
        Backlog backlog = byCircuit.remove(circuit);
        if (backlog == null) {
            return 0;
        }
        turns.remove(backlog);
        unlink(backlog);
        heldBytes -= backlog.heldBytes();
        return backlog.size();
    }

    /** What waits for a circuit waits for another from now on, which is the same to its owner. */
    void handOver(Object before, Object after) {
        Backlog backlog = byCircuit.remove(before);
        if (backlog != null) {
            backlog.circuit = after;
            byCircuit.put(after, backlog);
        }
    }

    /** Drops everything; how many datagrams that were. */
    int clear() {
        int gone = 0;
        for (Backlog backlog : turns) {
            gone += backlog.size();
            unlink(backlog);
        }
        turns.clear();
        byCircuit.clear();
        heldBytes = 0;
        return gone;
    }

    int circuits() {
        return turns.size();
    }

    int heldBytes() {
        return heldBytes;
    }

    int mostBytes() {
        return mostBytes;
    }

    private Backlog longest() {
        while (true) {
            Backlog first = bySize[largestClass];
            if (first != null) {
                return first;
            }
            largestClass--;
        }
    }

    private void resized(Backlog backlog) {
        int sizeClass = backlog.isEmpty() ? NO_CLASS : backlog.heldBytes() >> CLASS_SHIFT;
        if (sizeClass == backlog.sizeClass) {
            return;
        }
        unlink(backlog);
        if (sizeClass != NO_CLASS) {
            Backlog first = bySize[sizeClass];
            backlog.after = first;
            if (first != null) {
                first.before = backlog;
            }
            bySize[sizeClass] = backlog;
            backlog.sizeClass = sizeClass;
            largestClass = Math.max(largestClass, sizeClass);
        }
    }

    private void unlink(Backlog backlog) {
        if (backlog.sizeClass == NO_CLASS) {
            return;
        }
        if (backlog.before == null) {
            bySize[backlog.sizeClass] = backlog.after;
        } else {
            backlog.before.after = backlog.after;
        }
        if (backlog.after != null) {
            backlog.after.before = backlog.before;
        }
        backlog.before = null;
        backlog.after = null;
        backlog.sizeClass = NO_CLASS;
    }
}
