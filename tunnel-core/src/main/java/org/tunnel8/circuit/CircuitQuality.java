package org.tunnel8.circuit;

import java.util.Arrays;

/**
 * What a circuit does with what is sent through it, by counts that fade: pings answered, cells that open, cells that do
 * not, cells that come again.
 *
 * <p>A path loses datagrams by itself, so a circuit is judged by what is {@link #usual()} for the circuits of this client
 * and not by a fixed figure: on a network that loses half of all pings, so does an honest circuit. Engine thread only.
 */
final class CircuitQuality {
    /** Outcomes of pings before which nothing is said of a circuit. */
    static final int LEAST_PINGS = 8;
    /** With each outcome the ones before weigh so much less: some fifty count. */
    private static final double FADING = 0.98;
    /** A circuit is poor that delivers less than this part of what is usual. */
    private static final double POOR_PART = 0.7;
    /** And so much less that chance does it in one of a thousand cases. */
    private static final double POOR_DEVIATIONS = 3;
    /** A circuit is doubtful that delivers less than this part of what is usual. */
    private static final double DOUBTFUL_PART = 0.85;

    /** Pings whose outcomes make a lesson of what is usual. */
    static final int LESSON_PINGS = 16;
    /** A circuit gives no two lessons within this time. */
    private static final long LESSON_NANOS = 60_000_000_000L;

    /** Cells that do not open, or come again, are looked at over spans of this length. */
    static final long SPAN_NANOS = 8_000_000_000L;
    /** So many spans in a row make a circuit poor: what passes sooner is an accident, or somebody's who stands outside. */
    static final int BAD_SPANS = 3;
    /** A span with fewer proper cells is no proof that a circuit which was bad has ceased to be. */
    private static final int LEAST_CELLS = 8;
    /** Such cells in a span before it is bad. */
    private static final int LEAST_BAD_CELLS = 4;
    /** A span is bad if more than this share of its cells does not open. The network damages next to none. */
    private static final double DAMAGED_SHARE = 0.005;
    /** A span is bad if more than this share of its cells comes again. The network duplicates one in a hundred at the most. */
    private static final double REPLAYED_SHARE = 0.05;
    /** And if not more than this: a flood comes from somebody who has learnt an id, and who sends it is no hop's doing. */
    private static final double FLOOD_SHARE = 0.75;
    /** So few in a span are no flood, whatever their share: nearly idle circuits are to be found out as well. */
    private static final int LEAST_FLOOD_CELLS = 128;

    /**
     * What share of pings is usually answered; shared by all circuits of a client. Each circuit teaches it equally, however
     * often it is pinged, and what is better counts more than what is worse: most circuits are honest. Engine thread only.
     */
    static final class Usual {
        /** Until something is known: a path of six links that lose one in a hundred each. */
        private static final double AT_FIRST = 0.94;
        /** Lessons before it is known what is usual. */
        static final int LEAST_LESSONS = 3;
        /** How much of the difference the share moves by with a lesson that is better, once there were many. */
        private static final double PACE_UP = 1.0 / 8;
        /** And with one that is worse. */
        private static final double PACE_DOWN = 1.0 / 24;

        /**
         * No two circuits are left within this time because of what came through them besides: who watches the way between
         * two hops could otherwise drive us from one circuit to the next.
         */
        static final long TAINT_PAUSE_NANOS = 60_000_000_000L;

        private double share = AT_FIRST;
        private int lessons;
        private long leftNanos = Long.MIN_VALUE;

        double share() {
            return share;
        }

        boolean mayLeaveTainted(long nowNanos) {
            if (leftNanos != Long.MIN_VALUE && nowNanos - leftNanos < TAINT_PAUSE_NANOS) {
                return false;
            }
            leftNanos = nowNanos;
            return true;
        }

        /** Takes in what share of its pings one circuit had answered. */
        void learn(double answered) {
            lessons++;
            double pace = Math.max(answered > share ? PACE_UP : PACE_DOWN, 1.0 / lessons);
            share += (answered - share) * pace;
        }

        boolean isKnown() {
            return lessons >= LEAST_LESSONS;
        }
    }

    private final Usual usual;
    private double pings;
    private double answers;
    private int lessonPings;
    private int lessonAnswers;
    private long nextLessonNanos;
    private long spanEndsNanos;
    private boolean left;
    private int cells;
    private int bad;
    private int replayed;
    private int repeatedDatagrams;
    private int damagedSpans;
    private int replayedSpans;
    /** Of the cells that did not open in this span, how many failed at each layer. */
    private final int[] badAtLayer = new int[CircuitSettings.MAX_HOPS];
    /** Whether most cells that came again lately did so in datagrams that had come before. */
    private boolean mostInRepeatedDatagrams;
    /** The layer at which most failed in the latest bad span. */
    private int worstLayer;

    CircuitQuality(Usual usual) {
        this.usual = usual;
    }

    /** A ping was answered, or not in time. */
    void ping(boolean answered) {
        pings = pings * FADING + 1;
        answers = answers * FADING + (answered ? 1 : 0);
        lessonPings++;
        lessonAnswers += answered ? 1 : 0;
    }

    /** A cell has opened under every layer and is new. */
    void good() {
        cells++;
    }

    /** A cell did not open at a layer, counted from the first hop's. */
    void bad(int layer) {
        bad++;
        badAtLayer[layer]++;
    }

    /** A cell has come again, perhaps in a datagram that has. */
    void replayed(boolean isRepeatedDatagram) {
        replayed++;
        repeatedDatagrams += isRepeatedDatagram ? 1 : 0;
    }

    /** Teaches what is usual, and looks at the span that has passed, if one has. */
    void look(long nowNanos) {
        if (lessonPings >= LESSON_PINGS && nowNanos >= nextLessonNanos) {
            usual.learn((double) lessonAnswers / lessonPings);
            lessonPings = 0;
            lessonAnswers = 0;
            nextLessonNanos = nowNanos + LESSON_NANOS;
        }
        if (nowNanos < spanEndsNanos) {
            return;
        }
        boolean isDamaged = isBad(bad, DAMAGED_SHARE);
        damagedSpans = badSpansInARow(damagedSpans, isDamaged);
        replayedSpans = badSpansInARow(replayedSpans, isBad(replayed, REPLAYED_SHARE));
        if (isDamaged) {
            worstLayer = 0;
            for (int i = 1; i < badAtLayer.length; i++) {
                worstLayer = badAtLayer[i] > badAtLayer[worstLayer] ? i : worstLayer;
            }
        }
        if (replayed > 0) {
            mostInRepeatedDatagrams = 2 * repeatedDatagrams > replayed;
        }
        left = left || (isTainted() && usual.mayLeaveTainted(nowNanos));
        cells = 0;
        bad = 0;
        replayed = 0;
        repeatedDatagrams = 0;
        Arrays.fill(badAtLayer, 0);
        spanEndsNanos = nowNanos + SPAN_NANOS;
    }

    private int badSpansInARow(int before, boolean isBad) {
        if (isBad) {
            return before + 1;
        }
        return cells >= LEAST_CELLS ? 0 : before;
    }

    private boolean isBad(int count, double mostShare) {
        double share = (double) count / Math.max(1, cells + count);
        boolean isFlood = count >= LEAST_FLOOD_CELLS && share > FLOOD_SHARE;
        return count >= LEAST_BAD_CELLS && share > mostShare && !isFlood;
    }

    /** The share of pings that is usually answered. */
    double usual() {
        return usual.share();
    }

    /** Whether somebody in this circuit does not do his part. */
    boolean isPoor() {
        return losesTooMuch() || left;
    }

    /**
     * Whether cells in it were damaged or repeated that nobody but a hop should have sent. It carries all the same; and who
     * is on the way between two hops can do that too.
     */
    boolean isTainted() {
        return damagedSpans >= BAD_SPANS || replayedSpans >= BAD_SPANS;
    }

    boolean losesTooMuch() {
        double expected = usual.share() * pings;
        double deviation = Math.sqrt(expected * (1 - usual.share()));
        return usual.isKnown()
                && pings >= LEAST_PINGS - 1
                && answers < POOR_PART * expected
                && expected - answers > POOR_DEVIATIONS * deviation + 0.5;
    }

    /** Whether it should be looked at more closely. */
    boolean isDoubtful() {
        boolean loses = pings >= 3 && answers < DOUBTFUL_PART * usual.share() * pings;
        return loses || damagedSpans > 0 || replayedSpans > 0;
    }

    /** Whether the cells that came again did so in whole datagrams, which need nobody's key. */
    boolean repeatsDatagrams() {
        return isRepeating() && mostInRepeatedDatagrams;
    }

    /** Whether more cells came again lately than the network brings. */
    boolean isRepeating() {
        return replayedSpans > 0;
    }

    /** The layer at which most cells lately failed to open; -1 if few did. */
    int worstLayer() {
        return damagedSpans > 0 ? worstLayer : -1;
    }
}
