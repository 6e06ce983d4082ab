package org.tunnel8;

import org.jspecify.annotations.Nullable;
import org.tunnel8.direct.DirectConnection;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.Permit;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;

/**
 * Joins one stream of the application to a connection by which it goes directly, and keeps it to what the application lets the
 * client send. Loop thread only.
 */
final class DirectStream implements Stream, StreamListener {
    private final OwnUplink uplink;
    private final CarriedStream stream;
    private @Nullable DirectConnection connection;
    private boolean waitsForRoom;

    private DirectStream(OwnUplink uplink, CarriedStream stream) {
        this.uplink = uplink;
        this.stream = stream;
    }

    /** Has a stream go directly; {@code onOver} is called once it does not any more. */
    static void begin(Permit permit, DirectOutside outside, OwnUplink uplink, CarriedStream stream, Runnable onOver) {
        DirectStream direct = new DirectStream(uplink, stream);
        direct.connection = DirectConnection.open(permit, outside, stream.target(), direct, onOver);
        stream.carriedBy(direct);
    }

    @Override
    public int write(byte[] buffer, int offset, int length) {
        if (connection == null) {
            return 0;
        }
        if (!uplink.hasRoom()) {
            if (!waitsForRoom) {
                waitsForRoom = true;
                uplink.whenRoom(() -> {
                    waitsForRoom = false;
                    stream.writable();
                });
            }
            return 0;
        }
        int taken = connection.write(buffer, offset, length);
        if (taken > 0) {
            uplink.sentDirectly(taken);
        }
        return taken;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return connection == null ? 0 : connection.read(buffer, offset, length);
    }

    @Override
    public void shutdownOutput() {
        if (connection != null) {
            connection.shutdownOutput();
        }
    }

    @Override
    public void reset() {
        if (connection != null) {
            connection.reset();
        }
    }

    @Override
    public void onOpened() {
        stream.opened();
    }

    @Override
    public void onReadable() {
        stream.readable();
    }

    @Override
    public void onWritable() {
        stream.writable();
    }

    @Override
    public void onEnded(StreamEnd end) {
        stream.fail(end);
    }
}
