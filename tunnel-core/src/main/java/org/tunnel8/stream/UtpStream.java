package org.tunnel8.stream;

import org.tunnel8.wire.Address;

/**
 * One stream of bytes each way over uTP (BEP 29). Engine thread only; begun by {@link UtpEndpoint#connect} or accepted by it.
 * {@link UtpState} says where it can stand.
 */
public final class UtpStream {
    private final StreamMachine machine;

    UtpStream(StreamMachine machine) {
        this.machine = machine;
    }

    /**
     * Takes bytes to be sent, as many as there is room for.
     *
     * @param buffer holds them
     * @param offset the first of them
     * @param length how many
     * @return how many were taken, 0 to {@code length}; if less, {@link UtpListener#onWritable} is called once there is room;
     *     -1 after {@link #shutdownOutput} and after the end
     */
    public int write(byte[] buffer, int offset, int length) {
        return machine.write(buffer, offset, length);
    }

    /**
     * Gives bytes that have come.
     *
     * @param buffer where to
     * @param offset where the first goes
     * @param length how many at most
     * @return how many there were, 0 if there are none now; -1 if there will be none any more
     */
    public int read(byte[] buffer, int offset, int length) {
        return machine.read(buffer, offset, length);
    }

    /**
     * How many bytes can be read now.
     *
     * @return zero or more
     */
    public int readable() {
        return machine.readable();
    }

    /**
     * How many bytes {@link #write} would take now.
     *
     * @return zero or more
     */
    public int writable() {
        return machine.writable();
    }

    /** Says that nothing more will be written: what was is delivered, then the other side learns of the end. */
    public void shutdownOutput() {
        machine.shutdownOutput();
    }

    /** Breaks the stream off: the other side gets a RESET, the listener hears of {@link UtpEnd#LOCAL} before this returns. */
    public void reset() {
        machine.reset();
    }

    /**
     * Where the stream stands.
     *
     * @return the state
     */
    public UtpState state() {
        return machine.state();
    }

    /**
     * The other side.
     *
     * @return the target of {@link UtpEndpoint#connect}, or who began the stream; for a name, once it has answered, the
     *     address that it answered from
     */
    public Address remote() {
        return machine.remote();
    }

    /**
     * What the stream has done so far.
     *
     * @return a snapshot
     */
    public UtpStatistics statistics() {
        return machine.statistics();
    }

    StreamMachine machine() {
        return machine;
    }
}
