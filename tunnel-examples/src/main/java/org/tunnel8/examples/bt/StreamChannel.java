package org.tunnel8.examples.bt;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import org.tunnel8.TunnelSocket;

/** A stream in the form that {@code bt} negotiates encryption over: a channel whose reads come back empty after a while. */
final class StreamChannel implements ByteChannel {
    /** bt asks again until its own limit; this is how soon it notices that the other side is gone. */
    private static final Duration READ_WAIT = Duration.ofMillis(200);

    private static final int CHUNK_BYTES = 4_096;

    private final TunnelSocket socket;

    StreamChannel(TunnelSocket socket) {
        this.socket = socket;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        byte[] chunk = new byte[Math.min(target.remaining(), CHUNK_BYTES)];
        socket.readTimeout(READ_WAIT);
        try {
            int count = socket.input().read(chunk);
            if (count > 0) {
                target.put(chunk, 0, count);
            }
            return count;
        } catch (SocketTimeoutException e) {
            return 0;
        } finally {
            socket.readTimeout(Duration.ZERO);
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        socket.output().write(bytes);
        return bytes.length;
    }

    @Override
    public boolean isOpen() {
        return !socket.isClosed();
    }

    @Override
    public void close() {
        socket.close();
    }
}
