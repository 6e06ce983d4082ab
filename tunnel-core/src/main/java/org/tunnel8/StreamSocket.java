package org.tunnel8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelException.Kind;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;

/**
 * Carries a stream's bytes between the application's threads and the engine's, through one buffer for each direction.
 *
 * <p>The lock is held for copying alone; the engine's thread never waits for the application.
 */
final class StreamSocket implements TunnelSocket, StreamListener {
    /** What was written before closing is delivered for so long. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final EngineDriver driver;
    private final TroubleReport troubles;
    private final InetSocketAddress remote;
    private final CompletableFuture<TunnelSocket> connected = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ByteRing in = new ByteRing(BUFFER_BYTES);
    private final ByteRing out = new ByteRing(BUFFER_BYTES);
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    // Guarded by the lock.
    private @Nullable PendingRead pendingRead;
    private @Nullable PendingWrite pendingWrite;
    private @Nullable TunnelException broken;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean closed;
    private boolean over;
    private boolean pumping;
    private long readTimeoutNanos;

    /** Loop thread only. */
    private @Nullable Stream stream;

    private boolean toldEnd;

    private record PendingRead(ByteBuffer target, CompletableFuture<Integer> outcome) {}

    private record PendingWrite(ByteBuffer source, CompletableFuture<Void> outcome) {}

    StreamSocket(EngineDriver driver, TroubleReport troubles, InetSocketAddress remote) {
        this.driver = driver;
        this.troubles = troubles;
        this.remote = remote;
    }

    /** Completes with this when the peer has answered; off the loop's thread. */
    CompletableFuture<TunnelSocket> connected() {
        return connected;
    }

    /** Gives it its stream, which may have ended. Loop thread only. */
    void over(Stream begun) {
        stream = begun;
    }

    // The engine's side, on the loop's thread

    @Override
    public void onOpened() {
        if (!connected.isDone()) {
            connected.completeAsync(() -> this);
        }
        pump();
    }

    @Override
    public void onReadable() {
        pump();
    }

    @Override
    public void onWritable() {
        pump();
    }

    @Override
    public void onEnded(StreamEnd end) {
        boolean wasOpen = connected.isDone();
        TunnelException why = wasOpen && end == StreamEnd.RESET
                ? new TunnelException(Kind.CONNECTION_LOST, "the peer has broken off the stream", null)
                : end == StreamEnd.NO_CIRCUIT
                        ? TunnelException.noCircuit("no circuit was ready within 20 s", troubles.now())
                        : exception(end);
        drain(true);
        lock.lock();
        try {
            over = true;
            inputEnded = true;
            if (end != StreamEnd.CLOSED) {
                broken = why;
            }
            out.clear();
            settle();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        connected.completeAsync(() -> {
            throw why;
        });
    }

    static TunnelException exception(StreamEnd end) {
        return switch (end) {
            case CLOSED -> new TunnelException(Kind.CONNECTION_LOST, "the stream has ended", null);
            case RESET -> new TunnelException(Kind.CONNECTION_REFUSED, "the peer has refused the stream", null);
            case UNANSWERED ->
                new TunnelException(Kind.CONNECTION_UNANSWERED, "the peer did not answer within 20 s", null);
            case TIMED_OUT -> new TunnelException(Kind.CONNECTION_LOST, "the peer has fallen silent", null);
            case NO_CIRCUIT -> new TunnelException(Kind.NO_CIRCUIT, "no circuit was ready within 20 s", null);
            case MOVED ->
                new TunnelException(Kind.CONNECTION_LOST, "the stream's circuit has failed; connect again", null);
            case TOO_MANY ->
                new TunnelException(Kind.TOO_MANY_CONNECTIONS, "as many streams are open as may be: close some", null);
            case TUNNEL_CLOSED -> new TunnelException(Kind.CLOSED, "the client is closed", null);
        };
    }

    /** Moves bytes both ways as far as there is room. Loop thread only. */
    private void pump() {
        lock.lock();
        try {
            // First, so that whoever makes room from here on asks again.
            pumping = false;
        } finally {
            lock.unlock();
        }
        drain(false);
        fill();
    }

    /** From the stream to the application. */
    private void drain(boolean last) {
        Stream from = stream;
        if (from == null) {
            return;
        }
        lock.lock();
        try {
            if (closed) {
                discard(from);
                return;
            }
            int room = in.beginWrite();
            while (room > 0) {
                int read = from.read(in.array(), in.writePosition(), room);
                if (read <= 0) {
                    inputEnded |= read < 0;
                    break;
                }
                in.wrote(read);
                room = in.beginWrite();
            }
            if (last) {
                // What does not fit any more is lost with the stream.
                discard(from);
            }
            settle();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void discard(Stream from) {
        byte[] nobody = new byte[1 << 14];
        int read = from.read(nobody, 0, nobody.length);
        while (read > 0) {
            read = from.read(nobody, 0, nobody.length);
        }
    }

    /** From the application to the stream. */
    private void fill() {
        Stream to = stream;
        if (to == null) {
            return;
        }
        lock.lock();
        try {
            int length = out.beginRead();
            while (length > 0) {
                int taken = to.write(out.array(), out.readPosition(), length);
                if (taken <= 0) {
                    break;
                }
                out.read(taken);
                settle();
                length = out.beginRead();
            }
            if (outputEnded && out.size() == 0 && pendingWrite == null && !toldEnd) {
                toldEnd = true;
                to.shutdownOutput();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // The application's side

    /** Has the loop move bytes; called with the lock held. */
    private void ask() {
        if (pumping || over) {
            return;
        }
        pumping = true;
        try {
            driver.loop().execute(this::pump);
        } catch (RejectedExecutionException e) {
            over = true;
            inputEnded = true;
            broken = exception(StreamEnd.TUNNEL_CLOSED);
            settle();
        }
    }

    /** Serves what waits without blocking; called with the lock held. */
    private void settle() {
        PendingRead reading = pendingRead;
        if (reading != null) {
            int read = in.read(reading.target);
            if (read > 0 || !reading.target.hasRemaining()) {
                pendingRead = null;
                reading.outcome.completeAsync(() -> read);
            } else if (closed || (inputEnded && broken == null)) {
                pendingRead = null;
                reading.outcome.completeAsync(() -> -1);
            } else if (broken != null) {
                pendingRead = null;
                fail(reading.outcome, broken);
            }
        }
        PendingWrite writing = pendingWrite;
        if (writing != null) {
            out.write(writing.source);
            if (!writing.source.hasRemaining()) {
                pendingWrite = null;
                writing.outcome.completeAsync(() -> null);
            } else if (over) {
                pendingWrite = null;
                fail(writing.outcome, lost());
            }
        }
    }

    private static void fail(CompletableFuture<?> outcome, TunnelException why) {
        outcome.completeAsync(() -> {
            throw why;
        });
    }

    private TunnelException lost() {
        TunnelException why = broken;
        return why == null ? exception(StreamEnd.CLOSED) : why;
    }

    @Override
    public CompletableFuture<Integer> read(ByteBuffer target) {
        CompletableFuture<Integer> outcome = new CompletableFuture<>();
        lock.lock();
        try {
            if (pendingRead != null) {
                return CompletableFuture.failedFuture(new IllegalStateException("another read is waiting"));
            }
            pendingRead = new PendingRead(target, outcome);
            settle();
            askForMore();
        } finally {
            lock.unlock();
        }
        return outcome;
    }

    @Override
    public CompletableFuture<Void> write(ByteBuffer source) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        lock.lock();
        try {
            if (pendingWrite != null) {
                return CompletableFuture.failedFuture(new IllegalStateException("another write is waiting"));
            }
            if (outputEnded || over) {
                return CompletableFuture.failedFuture(lost());
            }
            pendingWrite = new PendingWrite(source, outcome);
            settle();
            ask();
        } finally {
            lock.unlock();
        }
        return outcome;
    }

    /** The engine's thread reads on once half of the buffer is free; called with the lock held. */
    private void askForMore() {
        if (!inputEnded && in.size() <= BUFFER_BYTES / 2) {
            ask();
        }
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0) {
                return 0;
            }
            lock.lock();
            try {
                long left = readTimeoutNanos;
                while (in.size() == 0) {
                    if (closed || (inputEnded && broken == null)) {
                        return -1;
                    }
                    if (broken != null) {
                        throw new IOException(broken.getMessage(), broken);
                    }
                    if (readTimeoutNanos == 0) {
                        changed.await();
                    } else if (left <= 0) {
                        throw new SocketTimeoutException("the peer has sent nothing for the time set");
                    } else {
                        left = changed.awaitNanos(left);
                    }
                }
                int read = in.read(ByteBuffer.wrap(buffer, offset, length));
                askForMore();
                return read;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("interrupted while waiting for the peer");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return in.size();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            StreamSocket.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            ByteBuffer source = ByteBuffer.wrap(buffer, offset, length);
            lock.lock();
            try {
                while (source.hasRemaining()) {
                    if (over || outputEnded) {
                        TunnelException why = lost();
                        throw new IOException(over ? why.getMessage() : "the output was shut down", why);
                    }
                    if (out.write(source) > 0) {
                        ask();
                    } else {
                        changed.await();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("interrupted while waiting for room");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            shutdownOutput();
        }
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void readTimeout(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a read waits for some time or without limit, not for " + limit);
        }
        lock.lock();
        try {
            readTimeoutNanos = limit.toNanos();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void shutdownOutput() {
        lock.lock();
        try {
            if (!outputEnded) {
                outputEnded = true;
                changed.signalAll();
                ask();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public boolean isClosed() {
        lock.lock();
        try {
            return over || closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            outputEnded = true;
            in.clear();
            settle();
            changed.signalAll();
            ask();
        } finally {
            lock.unlock();
        }
        onLoop(() -> {
            var unused = driver.loop().schedule(this::breakOff, LINGER_NANOS);
        });
    }

    @Override
    public void abort() {
        lock.lock();
        try {
            closed = true;
            outputEnded = true;
            over = true;
            in.clear();
            out.clear();
            broken = broken == null ? exception(StreamEnd.CLOSED) : broken;
            settle();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onLoop(this::breakOff);
    }

    private void breakOff() {
        if (stream != null) {
            stream.reset();
        }
    }

    private void onLoop(Runnable task) {
        try {
            driver.loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop is gone, and the stream with it.
            lock.lock();
            try {
                over = true;
            } finally {
                lock.unlock();
            }
        }
    }
}
