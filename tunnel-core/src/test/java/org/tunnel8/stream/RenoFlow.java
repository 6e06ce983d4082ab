package org.tunnel8.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * A TCP with Reno's congestion control and selective acknowledgements that has always something to send (RFC 5681), of which
 * only the times of packets are modelled: each is acknowledged by itself, and one is lost when three later ones have come.
 */
final class RenoFlow {
    private static final int SEGMENT_BYTES = 1_460;
    private static final int HEADERS_BYTES = 12;
    private static final int ACK_BYTES = 24;
    private static final int BEYOND = 3;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Deadlines deadlines;
    private final ModelLink there;
    private final ModelLink back;
    private final Deque<Long> underWay = new ArrayDeque<>();
    private double window = 10;
    private double threshold = Double.MAX_VALUE;
    private long next;
    private long cutUntil;
    private long delivered;
    private Deadline timer;

    RenoFlow(Deadlines deadlines, ModelLink there, ModelLink back) {
        this.deadlines = deadlines;
        this.there = there;
        this.back = back;
        this.timer = deadlines.after(0, this::send);
    }

    /** Payload that has come, whether sent for the first time or again. */
    long deliveredBytes() {
        return delivered * SEGMENT_BYTES;
    }

    private void send() {
        while (underWay.size() < (int) window) {
            long number = next++;
            underWay.addLast(number);
            there.send(SEGMENT_BYTES + HEADERS_BYTES, () -> {
                delivered++;
                back.send(ACK_BYTES, () -> acknowledged(number));
            });
        }
    }

    private void acknowledged(long number) {
        timer.cancel();
        timer = deadlines.after(TIMEOUT_NANOS, this::timedOut);
        if (!underWay.remove(number)) {
            return;
        }
        window += window < threshold ? 1 : 1 / window;
        while (!underWay.isEmpty() && underWay.getFirst() + BEYOND <= number) {
            long lost = underWay.removeFirst();
            if (lost >= cutUntil) {
                cutUntil = next;
                window = Math.max(2, window / 2);
                threshold = window;
            }
        }
        send();
    }

    private void timedOut() {
        underWay.clear();
        threshold = Math.max(2, window / 2);
        window = 1;
        cutUntil = next;
        timer = deadlines.after(TIMEOUT_NANOS, this::timedOut);
        send();
    }
}
