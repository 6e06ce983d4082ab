package org.tunnel8.cell;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;

/**
 * Takes destroys and lets those through to the {@link CellRouter} that come from the neighbour on their circuit id.
 *
 * <p>A signature is checked only if id and key fit each other, and for one id but a few times a second once checks have
 * failed. So who knows a circuit's id and its neighbour's key can keep a destroy of that circuit from being heard for as
 * long as he sends, and no other. Engine thread only.
 */
public final class DestroyGate {
    /** Failed checks in {@link #FORGED_NANOS} after which destroys of a circuit id are not looked at any more. */
    static final int MAX_FORGED = 4;
    /** Failed checks are forgotten after this time. */
    static final long FORGED_NANOS = 1_000_000_000L;
    /** Circuit ids for which failed checks are remembered at least. */
    public static final int LEAST_REMEMBERED = 1_024;

    private final CellRouter router;
    private final Deadlines deadlines;
    private final Counters counters;
    private final int mostRemembered;
    private final Map<Integer, Forged> forged = new LinkedHashMap<>();

    private record Forged(long sinceNanos, int count) {}

    /**
     * Makes a gate.
     *
     * @param router takes the destroys that are let through
     * @param deadlines the engine's time
     * @param counters where drops and checks are counted
     * @param mostIds the most circuit ids that the node has; so many, and at least {@link #LEAST_REMEMBERED}, are
     *     remembered for failed checks, the oldest going first
     */
    public DestroyGate(CellRouter router, Deadlines deadlines, Counters counters, int mostIds) {
        this.router = router;
        this.deadlines = deadlines;
        this.counters = counters;
        this.mostRemembered = Math.max(LEAST_REMEMBERED, mostIds);
    }

    /**
     * Takes a datagram whose message id says that it is a destroy.
     *
     * @param buffer holds it; not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void onDatagram(byte[] buffer, int offset, int length) {
        counters.packets().arrives(MessageKind.DESTROY);
        // No neighbour on a circuit has another kind of key, and to read such a key alone costs more than all the rest.
        if (!DestroyCodec.hasUsualKey(buffer, offset, length)) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        try {
            Destroy destroy = DestroyCodec.decode(buffer, offset, length);
            if (isBarred(destroy.circuitId())) {
                counters.dropped(DropReason.RATE_LIMITED);
                return;
            }
            router.onDestroy(
                    destroy.circuitId(), destroy.sender(), destroy.reason(), () -> verifies(destroy, buffer, offset));
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
        }
    }

    private boolean isBarred(int circuitId) {
        Forged known = forged.get(circuitId);
        return known != null && known.count >= MAX_FORGED && isRecent(known);
    }

    private boolean isRecent(Forged known) {
        return deadlines.nowNanos() - known.sinceNanos < FORGED_NANOS;
    }

    private boolean verifies(Destroy destroy, byte[] buffer, int offset) {
        counters.happened(Kind.SIGNATURES_CHECKED);
        boolean verified = DestroyCodec.verify(destroy, buffer, offset);
        if (!verified) {
            noteForged(destroy.circuitId());
        }
        return verified;
    }

    private void noteForged(int circuitId) {
        Forged known = forged.remove(circuitId);
        forged.put(
                circuitId,
                known != null && isRecent(known)
                        ? new Forged(known.sinceNanos, known.count + 1)
                        : new Forged(deadlines.nowNanos(), 1));
        if (forged.size() > mostRemembered) {
            forged.remove(forged.keySet().iterator().next());
        }
    }

    /**
     * How full the memory of failed checks is.
     *
     * @return circuit ids in it
     */
    public TableSize table() {
        return new TableSize("forged destroys", forged.size(), mostRemembered);
    }
}
