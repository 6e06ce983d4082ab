package org.tunnel8.examples.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers datagrams on one end of a path, counts them on the other, and says when the next may be sent.
 *
 * <p>Both ends are in this process, so the sender sees at once what has arrived: a window of datagrams under way that grows while all
 * arrive and shrinks when some are lost finds the path's speed without acknowledgements.
 *
 * <p>One thread sends ({@link #stamp}, {@link #hasRoom}), one receives ({@link #onArrival}); the figures may be read from any.
 */
final class NumberedFlow {
    /** A datagram starts like uTP's (BEP 29: version 1, type data, no extension), else exits would not let it pass (PROTOCOL.md §10). */
    static final int HEADER_BYTES = 20;

    private static final byte TYPE_DATA_VERSION_1 = 0x01;
    private static final int NUMBER_OFFSET = 4;
    private static final VarHandle NUMBER = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int START_WINDOW = 128;
    private static final int LEAST_WINDOW = 16;

    /** Together some 1.5 MB: less than the sockets on the way hold, so that in the steady state nothing is lost. */
    private static final int MOST_WINDOW = 1_024;

    private static final int WINDOW_GROWTH = 16;
    private static final double WINDOW_CUT = 0.7;

    /** One in five hundred: well below the share of one in a hundred that a measurement may lose. */
    private static final double TOLERATED_LOSS = 0.002;

    /** When nothing arrives for so long, all that was under way is given up. */
    private static final long SILENCE_NANOS = 200_000_000;

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong nextExpected = new AtomicLong();

    private final int mostWindow;
    private int window = START_WINDOW;
    private long givenUpBelow;
    private long roundEnd = START_WINDOW;
    private long lostBeforeRound;
    private long silentSinceNanos;
    private long receivedWhenSilent = -1;

    NumberedFlow() {
        this(MOST_WINDOW);
    }

    /** Lets at most so many datagrams be under way. */
    NumberedFlow(int mostWindow) {
        this.mostWindow = mostWindow;
    }

    /** Writes the header with the next number; the datagram counts as sent. */
    void stamp(byte[] buffer, int offset) {
        buffer[offset] = TYPE_DATA_VERSION_1;
        buffer[offset + 1] = 0;
        NUMBER.set(buffer, offset + NUMBER_OFFSET, sent.get());
        sent.lazySet(sent.get() + 1);
    }

    /** Takes back the last {@link #stamp}: the datagram could not even be handed over. */
    void unstamp() {
        sent.lazySet(sent.get() - 1);
    }

    /** Tells whether another datagram may be sent now. */
    boolean hasRoom(long nowNanos) {
        long arrivedBelow = nextExpected.get();
        if (sent.get() >= roundEnd) {
            adapt(arrivedBelow);
        }
        if (sent.get() - Math.max(arrivedBelow, givenUpBelow) < window) {
            return true;
        }
        giveUpAfterSilence(nowNanos);
        return false;
    }

    private void adapt(long arrivedBelow) {
        long lost = arrivedBelow - received.get();
        if (lost - lostBeforeRound > window * TOLERATED_LOSS) {
            window = Math.max(LEAST_WINDOW, (int) (window * WINDOW_CUT));
        } else {
            window = Math.min(mostWindow, window + WINDOW_GROWTH);
        }
        lostBeforeRound = lost;
        roundEnd = sent.get() + window;
    }

    private void giveUpAfterSilence(long nowNanos) {
        if (received.get() != receivedWhenSilent) {
            receivedWhenSilent = received.get();
            silentSinceNanos = nowNanos;
        } else if (nowNanos - silentSinceNanos > SILENCE_NANOS) {
            givenUpBelow = sent.get();
            receivedWhenSilent = -1;
        }
    }

    /** Counts a datagram; one that is too short to be of this flow is none. */
    void onArrival(byte[] buffer, int offset, int length) {
        if (length < HEADER_BYTES) {
            return;
        }
        long number = (long) NUMBER.get(buffer, offset + NUMBER_OFFSET);
        received.lazySet(received.get() + 1);
        if (number >= nextExpected.get()) {
            nextExpected.lazySet(number + 1);
        }
    }

    long sent() {
        return sent.get();
    }

    long received() {
        return received.get();
    }
}
