package org.tunnel8;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One stream of bytes each way through the tunnel, as a TCP connection would be: carried as uTP (BEP 29) from the exit to the
 * peer (D9).
 *
 * <p>Thread-safe; one thread reads and one writes at a time, others wait for their turn. Nothing that the other side does can
 * make it hold more than its buffers: who does not read makes the peer wait.
 *
 * <p>A stream belongs to its circuit's exit. When the circuit fails, the stream ends with {@link
 * TunnelException.Kind#CONNECTION_LOST}, within seconds, and another can be made at once through another exit.
 */
public interface TunnelSocket extends AutoCloseable {
    /** Bytes held for each direction between the application and the engine. */
    int BUFFER_BYTES = 1 << 16;

    /**
     * What the peer sends.
     *
     * @return the same stream each time; {@code read} waits for bytes, returns -1 behind the last when the peer has finished
     *     or this side is closed, and throws an {@link java.io.IOException} caused by a {@link TunnelException} of kind
     *     CONNECTION_LOST when the stream has broken off, after all that came before; a {@link
     *     java.net.SocketTimeoutException} when nothing comes in {@link #readTimeout(Duration)}
     */
    InputStream input();

    /**
     * What the peer gets.
     *
     * @return the same stream each time; {@code write} waits for room and throws an {@link java.io.IOException} when the
     *     stream has ended, or this side has finished. That it returns does not mean that the peer has the bytes. Closing it is
     *     {@link #shutdownOutput()}
     */
    OutputStream output();

    /**
     * Reads without blocking.
     *
     * @param target takes the bytes, from its position on; not to be touched until the future is complete
     * @return completes with how many came, at least one if there is room in the target; -1 behind the last. Fails with a {@link
     *     TunnelException} of kind CONNECTION_LOST if the stream has broken off, or {@link IllegalStateException} if another
     *     such read is waiting. On a thread of the common pool
     */
    CompletableFuture<Integer> read(ByteBuffer target);

    /**
     * Writes without blocking.
     *
     * @param source holds the bytes, from its position to its limit; not to be touched until the future is complete
     * @return completes when all are taken; fails with a {@link TunnelException} of kind CONNECTION_LOST if the stream has
     *     ended before, or {@link IllegalStateException} if another such write is waiting. On a thread of the common pool
     */
    CompletableFuture<Void> write(ByteBuffer source);

    /**
     * Limits how long a blocking read waits.
     *
     * @param limit zero for no limit, as at first
     */
    void readTimeout(Duration limit);

    /** Says that nothing more will be written: the peer gets what was, and learns of the end. Reading goes on. */
    void shutdownOutput();

    /**
     * The peer.
     *
     * @return its address as the exit knows it; a name stays unresolved
     */
    InetSocketAddress remote();

    /**
     * Whether it has ended, for whatever reason.
     *
     * @return true from then on for good
     */
    boolean isClosed();

    /**
     * Ends the stream: what was written is still delivered, for half a minute at most; what comes is thrown away. Returns at
     * once. Repeated calls do nothing.
     */
    @Override
    void close();

    /** Breaks the stream off at once: the peer gets a RESET. Does nothing once it has ended. */
    void abort();
}
