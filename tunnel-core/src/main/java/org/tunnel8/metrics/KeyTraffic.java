package org.tunnel8.metrics;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Application traffic by isolation key. Keys are the application's and unbounded, so each of the first {@link #LABELS} that
 * are in use at a time gets a label, a number and nothing that the key could be guessed from; all further ones share one. A
 * label is free again when its key is in use no more, and goes on counting for the next.
 *
 * <p>The engine's thread alone writes; any thread may read the counts, and sees each a moment old at most.
 */
public final class KeyTraffic {
    /** Keys in use at a time that are counted apart. */
    public static final int LABELS = 32;
    /** The label of traffic without a key. */
    public static final int NO_KEY = 0;
    /** The label of all keys beyond the first. */
    public static final int OTHER_KEYS = LABELS + 1;

    private static final int PER_LABEL = 4;

    private final LongCounts counts = new LongCounts(PER_LABEL * (LABELS + 2));
    private final Map<String, Label> labels = new HashMap<>();
    private final BitSet used = new BitSet();

    private static final class Label {
        final int number;
        /** What its counts were when this key got it. */
        final long[] before;

        int users;

        Label(int number, long[] before) {
            this.number = number;
            this.before = before;
        }
    }

    /**
     * What has passed under one key since it came into use. Immutable.
     *
     * @param packetsSent messages sent
     * @param bytesSent their payload bytes
     * @param packetsReceived messages that came
     * @param bytesReceived their payload bytes
     */
    public record Passed(long packetsSent, long bytesSent, long packetsReceived, long bytesReceived) {}

    KeyTraffic() {}

    /**
     * Begins to use a key; each call needs its {@link #release}. Engine thread only.
     *
     * @param key the key, or null for traffic without one
     * @return its label: {@link #NO_KEY}, 1 to {@link #LABELS}, or {@link #OTHER_KEYS}
     */
    public int acquire(@Nullable String key) {
        if (key == null) {
            return NO_KEY;
        }
        Label label = labels.get(key);
        if (label == null) {
            int free = used.nextClearBit(1);
            if (free > LABELS) {
                return OTHER_KEYS;
            }
            used.set(free);
            label = new Label(free, countsOf(free));
            labels.put(key, label);
        }
        label.users++;
        return label.number;
    }

    /**
     * Ends a use of a key. Engine thread only.
     *
     * @param key the key
     * @param number what {@link #acquire} has returned
     */
    public void release(@Nullable String key, int number) {
        Label label = key == null || number == OTHER_KEYS ? null : labels.get(key);
        if (label != null && --label.users == 0) {
            labels.remove(key);
            used.clear(label.number);
        }
    }

    /**
     * The label of a key that is in use. Engine thread only.
     *
     * @param key the key
     * @return 1 to {@link #LABELS}; empty if it is not in use, or has no label of its own
     */
    public Optional<Integer> labelOf(String key) {
        return Optional.ofNullable(labels.get(key)).map(label -> label.number);
    }

    /**
     * What has passed under a key. Engine thread only.
     *
     * @param key the key
     * @return empty if it is not in use, or has no label of its own
     */
    public Optional<Passed> passed(String key) {
        Label label = labels.get(key);
        if (label == null) {
            return Optional.empty();
        }
        long[] now = countsOf(label.number);
        long[] before = label.before;
        return Optional.of(new Passed(now[0] - before[0], now[1] - before[1], now[2] - before[2], now[3] - before[3]));
    }

    private long[] countsOf(int label) {
        long[] of = new long[PER_LABEL];
        for (int i = 0; i < PER_LABEL; i++) {
            of[i] = counts.get(PER_LABEL * label + i);
        }
        return of;
    }

    /**
     * Counts what is sent. Engine thread only.
     *
     * @param label of its key
     * @param length payload bytes
     */
    public void sent(int label, int length) {
        counts.add(PER_LABEL * label, 1);
        counts.add(PER_LABEL * label + 1, length);
    }

    /**
     * Counts what has come. Engine thread only.
     *
     * @param label of its key
     * @param length payload bytes
     */
    public void received(int label, int length) {
        counts.add(PER_LABEL * label + 2, 1);
        counts.add(PER_LABEL * label + 3, length);
    }

    /**
     * How many messages have gone one way.
     *
     * @param direction which way
     * @param label of their key
     * @return zero or more
     */
    public long packets(PacketCounts.Direction direction, int label) {
        return counts.get(indexOf(direction, label));
    }

    /**
     * How many payload bytes they had.
     *
     * @param direction which way
     * @param label of their key
     * @return zero or more
     */
    public long bytes(PacketCounts.Direction direction, int label) {
        return counts.get(indexOf(direction, label) + 1);
    }

    private static int indexOf(PacketCounts.Direction direction, int label) {
        return PER_LABEL * label + (direction == PacketCounts.Direction.SENT ? 0 : 2);
    }
}
