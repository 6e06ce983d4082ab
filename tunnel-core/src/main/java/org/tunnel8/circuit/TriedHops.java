package org.tunnel8.circuit;

import java.util.List;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.LapsingMap;

/**
 * What hops did when they were last asked to join a circuit, whoever passed the question on: those that have just failed,
 * so that none is tried twice while there is another, and those that have let us in, which are worth a second circuit
 * where many do not. Both are bounded and forgotten after a while. Engine thread only.
 */
final class TriedHops {
    /** A hop is left alone for so long: as others need to notice that it has gone (PROTOCOL.md §4, churn). */
    static final long REST_NANOS = 57_500_000_000L;
    /** That a hop has let us in is remembered for so long: whoever had a place then need not have another. */
    static final long WELCOME_NANOS = 300_000_000_000L;
    /** Hops remembered, of each sort. */
    static final int MAX_TRIED = 256;
    /** Of a hop that has let us in so many extends may fail in a row; then it may be that it passes nothing on. */
    static final int VAIN_EXTENDS = 4;

    private final LapsingMap<PublicKey, Boolean> failed;
    private final LapsingMap<PublicKey, Welcome> welcoming;

    /** A hop that has let us in. */
    private static final class Welcome {
        private int extendsInVain;
    }

    TriedHops(Deadlines deadlines) {
        this.failed = new LapsingMap<>(deadlines, MAX_TRIED, REST_NANOS);
        this.welcoming = new LapsingMap<>(deadlines, MAX_TRIED, WELCOME_NANOS);
    }

    /** A hop could not be added to a circuit, or one over it has ended by no doing of ours. */
    void failed(PublicKey key) {
        failed.put(key, true);
        welcoming.remove(key);
    }

    /** A hop answers again. */
    void succeeded(PublicKey key) {
        failed.remove(key);
    }

    /** A hop has joined a circuit. */
    void letIn(PublicKey key) {
        failed.remove(key);
        Welcome known = welcoming.get(key);
        welcoming.put(key, known == null ? new Welcome() : known);
    }

    /** A hop was asked to extend a circuit, and an answer came from beyond. */
    void passedOn(PublicKey key) {
        Welcome welcome = welcoming.get(key);
        if (welcome != null) {
            welcome.extendsInVain = 0;
        }
    }

    /** A hop was asked to extend a circuit, and no answer came: from it, or from the one beyond. */
    void extendedInVain(PublicKey key) {
        Welcome welcome = welcoming.get(key);
        if (welcome != null && ++welcome.extendsInVain >= VAIN_EXTENDS) {
            welcoming.remove(key);
        }
    }

    /** Whether a hop has failed lately. */
    boolean contains(PublicKey key) {
        return failed.get(key) != null;
    }

    /** Whether a hop has let us in lately, and has not failed since. */
    boolean isWelcoming(PublicKey key) {
        return welcoming.get(key) != null;
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("hops that failed lately", failed.size(), MAX_TRIED),
                new TableSize("hops that let us in lately", welcoming.size(), MAX_TRIED));
    }
}
