package org.tunnel8.transport.udp;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides which datagrams may leave joined in one segmented send (UDP GSO), and learns from the system's refusals.
 *
 * <p>The system refuses segments that exceed the path's MTU, and everything on devices without checksum offload. A refusal only
 * counts once the same datagrams went out singly: what fails both ways has another reason. After one, segments of that size and
 * above are sent singly for a minute. Loop thread only.
 */
final class SegmentationGate {
    /** Most segments of one send, as measured to be within every kernel's limit of 64 KiB at 1,400 bytes. */
    static final int MAX_SEGMENTS = 45;

    /** Most bytes of one send: a UDP datagram holds 65,507. */
    static final int MAX_RUN_BYTES = 65_000;

    /** Longest segment: what fits an Ethernet frame over IPv4. Longer datagrams need IP fragmentation, which excludes segmentation. */
    static final int MAX_SEGMENT_BYTES = 1_472;

    /** How long a refusal is remembered: a path's MTU or device seldom changes faster. */
    static final long REFUSAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int supportedBytes;
    private final LongSupplier nanoClock;
    private int limitBytes;
    private long refusedNanos;

    SegmentationGate(boolean supported, LongSupplier nanoClock) {
        this.supportedBytes = supported ? MAX_SEGMENT_BYTES : 0;
        this.nanoClock = nanoClock;
        this.limitBytes = supportedBytes;
    }

    /** Tells whether datagrams of this length may be joined now. */
    boolean admits(int segmentBytes) {
        if (segmentBytes <= limitBytes) {
            return true;
        }
        if (segmentBytes > supportedBytes || nanoClock.getAsLong() - refusedNanos < REFUSAL_NANOS) {
            return false;
        }
        limitBytes = supportedBytes;
        return true;
    }

    /** Learns that segments of this length were refused, though the same datagrams could be sent singly. */
    void refused(int segmentBytes) {
        limitBytes = Math.min(limitBytes, segmentBytes - 1);
        refusedNanos = nanoClock.getAsLong();
    }
}
