package org.tunnel8.stream;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;

/**
 * Reliable streams of bytes over one flow of datagrams: uTP (BEP 29).
 *
 * <p>Engine thread only. Nothing is thrown whatever bytes arrive. What calls and datagrams cause is sent, and listeners
 * are told, in {@link #flush()}; who never calls that has it done by a deadline that is due at once.
 */
public final class UtpEndpoint {
    /**
     * Makes an endpoint without streams, which refuses those that others begin.
     *
     * @param output where datagrams leave
     * @param settings limits and waiting times
     * @param memory what buffers are taken from; may be shared with other endpoints of the thread
     * @param deadlines the engine's time
     * @param random where identifiers and first sequence numbers come from
     * @param counters where drops are counted
     */
    public UtpEndpoint(
            UtpOutput output,
            UtpSettings settings,
            StreamMemory memory,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters) {}

    /**
     * Begins a stream. Bytes may be written at once; they leave when the other side has answered.
     *
     * @param target the other side; a name is passed on unresolved, and answers may come from any address with its port
     * @param listener hears what happens; if there are too many streams, of {@link UtpEnd#TOO_MANY} before this returns
     * @return the stream
     */
    public UtpStream connect(Address target, UtpListener listener) {
        return new UtpStream(target);
    }

    /**
     * Has streams that others begin accepted from now on, or not any more.
     *
     * @param decider decides about each; null to refuse all
     */
    public void accept(@Nullable UtpAcceptor decider) {}

    /**
     * Takes a datagram that came over the flow.
     *
     * @param origin who sent it to the exit, as the exit says
     * @param buffer holds it; is read and neither kept nor changed
     * @param offset where it starts
     * @param length its bytes
     * @return true if it is uTP and was one of a stream's, began one or was answered with a refusal; false if it is none of
     *     this endpoint's business: it has not been counted then
     */
    public boolean onDatagram(Address origin, byte[] buffer, int offset, int length) {
        return false;
    }

    /** Sends what is to be sent and tells listeners what has happened; to be called after a batch of datagrams or calls. */
    public void flush() {}

    /**
     * Ends all streams at once; nothing is sent. Listeners are told before this returns. Streams may be begun afterwards.
     *
     * @param reason {@link UtpEnd#MOVED} or {@link UtpEnd#FLOW_CLOSED}
     */
    public void abortAll(UtpEnd reason) {}

    /** Ends all streams with a RESET to each other side, and takes no part in anything any more. */
    public void close() {}

    /**
     * How many streams there are, lingering ones included.
     *
     * @return 0 to the most that there may be
     */
    public int streams() {
        return 0;
    }

    /**
     * How full the tables are.
     *
     * @return streams, and streams that others began
     */
    public List<TableSize> tables() {
        return List.of();
    }
}
