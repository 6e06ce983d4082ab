package org.tunnel8.metrics;

/**
 * Datagrams of the node's own port and their bytes, by direction, by message and by what the other side is.
 *
 * <p>Where a datagram is taken in or handed out it is not yet, or no longer, visible what it holds. So whoever knows notes
 * it: what comes in stands as {@link MessageKind#OTHER} of a {@link OtherSide#STRANGER} until {@link #arrivesFrom} and {@link
 * #arrives} say better, and is counted when it has been dealt with; what goes out is counted, once sent, as what {@link
 * #departs} has said before. So each datagram is counted exactly once.
 *
 * <p>The engine's thread alone writes; any thread may read, and sees each count a moment old at most.
 */
public final class PacketCounts {
    private static final MessageKind[] KINDS = MessageKind.values();
    private static final OtherSide[] SIDES = OtherSide.values();
    private static final int UNKNOWN_KIND = LongCounts.indexOf(MessageKind.OTHER);
    private static final int UNKNOWN_SIDE = LongCounts.indexOf(OtherSide.STRANGER);
    private static final int PER_DIRECTION = 2 * KINDS.length * SIDES.length;

    private final LongCounts counts = new LongCounts(2 * PER_DIRECTION);
    private int arrivalKind = UNKNOWN_KIND;
    private int arrivalSide = UNKNOWN_SIDE;
    private int departureKind = UNKNOWN_KIND;
    private int departureSide = UNKNOWN_SIDE;

    /** Which way datagrams go. */
    public enum Direction {
        /** To this node. */
        RECEIVED,
        /** From this node. */
        SENT
    }

    PacketCounts() {}

    /**
     * Notes what the datagram that is being dealt with holds. Engine thread only.
     *
     * @param kind the message
     */
    public void arrives(MessageKind kind) {
        arrivalKind = LongCounts.indexOf(kind);
    }

    /**
     * Notes from whom the datagram is that is being dealt with. Engine thread only.
     *
     * @param side what he is to us
     */
    public void arrivesFrom(OtherSide side) {
        arrivalSide = LongCounts.indexOf(side);
    }

    /**
     * Counts the datagram that was dealt with, as what was noted of it. Engine thread only.
     *
     * @param length its bytes
     */
    public void received(int length) {
        count(indexOf(0, arrivalKind, arrivalSide), length);
        arrivalKind = UNKNOWN_KIND;
        arrivalSide = UNKNOWN_SIDE;
    }

    /**
     * Notes what the next datagram that is sent holds, and for whom it is. Engine thread only.
     *
     * @param kind the message
     * @param side what the other side is to us
     */
    public void departs(MessageKind kind, OtherSide side) {
        departureKind = LongCounts.indexOf(kind);
        departureSide = LongCounts.indexOf(side);
    }

    /**
     * Counts a datagram that is sent, as what was noted of it. Engine thread only.
     *
     * @param length its bytes
     */
    public void sent(int length) {
        count(indexOf(PER_DIRECTION, departureKind, departureSide), length);
        departureKind = UNKNOWN_KIND;
        departureSide = UNKNOWN_SIDE;
    }

    /**
     * What was noted of the next datagram, for one that is not sent yet: it is forgotten here. Engine thread only.
     *
     * @return to be given to {@link #departsAsBefore} when the datagram goes
     */
    public int holdDeparture() {
        int held = departureKind * SIDES.length + departureSide;
        departureKind = UNKNOWN_KIND;
        departureSide = UNKNOWN_SIDE;
        return held;
    }

    /**
     * Notes of the next datagram that is sent what was noted of it when it was held back. Engine thread only.
     *
     * @param held from {@link #holdDeparture}
     */
    public void departsAsBefore(int held) {
        departureKind = held / SIDES.length;
        departureSide = held % SIDES.length;
    }

    private void count(int index, int length) {
        counts.add(index, 1);
        counts.add(index + 1, length);
    }

    private static int indexOf(int direction, int kind, int side) {
        return direction + 2 * (kind * SIDES.length + side);
    }

    private static int indexOf(Direction direction, MessageKind kind, OtherSide side) {
        return indexOf(
                direction == Direction.RECEIVED ? 0 : PER_DIRECTION,
                LongCounts.indexOf(kind),
                LongCounts.indexOf(side));
    }

    /**
     * How many datagrams there were.
     *
     * @param direction which way they went
     * @param kind what they held
     * @param side what the other side was
     * @return zero or more
     */
    public long packets(Direction direction, MessageKind kind, OtherSide side) {
        return counts.get(indexOf(direction, kind, side));
    }

    /**
     * How many bytes of UDP payload they had.
     *
     * @param direction which way they went
     * @param kind what they held
     * @param side what the other side was
     * @return zero or more
     */
    public long bytes(Direction direction, MessageKind kind, OtherSide side) {
        return counts.get(indexOf(direction, kind, side) + 1);
    }
}
