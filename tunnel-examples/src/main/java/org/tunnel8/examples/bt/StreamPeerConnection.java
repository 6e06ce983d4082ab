package org.tunnel8.examples.bt;

import bt.metainfo.TorrentId;
import bt.net.Peer;
import bt.net.PeerConnection;
import bt.net.buffer.BorrowedBuffer;
import bt.net.pipeline.ChannelPipeline;
import bt.protocol.Message;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelSocket;

/** A connection of {@code bt} to a peer, over a stream of the tunnel. Thread-safe. */
final class StreamPeerConnection implements PeerConnection {
    private final Peer peer;
    private final StreamHandler handler;
    private final AtomicReference<@Nullable TorrentId> torrent = new AtomicReference<>();
    private final Object change = new Object();
    private volatile long lastActiveMillis = System.currentTimeMillis();

    StreamPeerConnection(
            Peer peer,
            TunnelSocket socket,
            BorrowedBuffer<ByteBuffer> inbound,
            BorrowedBuffer<ByteBuffer> outbound,
            ChannelPipeline pipeline) {
        this.peer = peer;
        this.handler = new StreamHandler(socket, inbound, outbound, pipeline, this::onChange);
    }

    /** Begins to read. */
    void start() {
        handler.register();
    }

    private void onChange() {
        synchronized (change) {
            change.notifyAll();
        }
    }

    @Override
    public Peer getRemotePeer() {
        return peer;
    }

    @Override
    public int getRemotePort() {
        return peer.getPort();
    }

    @Override
    public @Nullable TorrentId setTorrentId(TorrentId id) {
        return torrent.getAndSet(id);
    }

    @Override
    public @Nullable TorrentId getTorrentId() {
        return torrent.get();
    }

    @Override
    public @Nullable Message readMessageNow() {
        Message message = handler.receive();
        if (message != null) {
            lastActiveMillis = System.currentTimeMillis();
        }
        return message;
    }

    @Override
    public @Nullable Message readMessage(long timeoutMillis) {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        synchronized (change) {
            while (true) {
                Message message = readMessageNow();
                long restMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
                if (message != null || restMillis <= 0 || isClosed()) {
                    return message;
                }
                try {
                    change.wait(restMillis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return null;
                }
            }
        }
    }

    @Override
    public void postMessage(Message message) {
        lastActiveMillis = System.currentTimeMillis();
        handler.send(message);
    }

    @Override
    public long getLastActive() {
        return lastActiveMillis;
    }

    @Override
    public void closeQuietly() {
        handler.close();
    }

    @Override
    public void close() {
        handler.close();
    }

    @Override
    public boolean isClosed() {
        return handler.isClosed();
    }
}
