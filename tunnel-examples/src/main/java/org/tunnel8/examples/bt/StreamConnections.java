package org.tunnel8.examples.bt;

import bt.metainfo.TorrentId;
import bt.net.ConnectionResult;
import bt.net.IConnectionHandlerFactory;
import bt.net.IPeerConnectionFactory;
import bt.net.Peer;
import bt.net.buffer.BorrowedBuffer;
import bt.net.buffer.IBufferManager;
import bt.net.crypto.CipherBufferMutator;
import bt.net.crypto.MSEHandshakeProcessor;
import bt.net.pipeline.ChannelPipelineBuilder;
import bt.net.pipeline.IChannelPipelineFactory;
import bt.protocol.Message;
import bt.protocol.crypto.MSECipher;
import bt.protocol.handler.MessageHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelSocket;

/**
 * Connects {@code bt} to peers by streams of the tunnel ({@link TunnelClient#connect}), in place of socket channels.
 *
 * <p>Negotiates BitTorrent's encryption first, so that an exit that does not know the info hash cannot read it; a peer that does not
 * understand is connected to once more without. Nobody connects to us. Thread-safe.
 */
final class StreamConnections implements IPeerConnectionFactory {
    private final TunnelClient client;
    private final FlowOptions options;
    private final IConnectionHandlerFactory handlers;
    private final MessageHandler<Message> protocol;
    private final IChannelPipelineFactory pipelines;
    private final IBufferManager buffers;
    private final MSEHandshakeProcessor encryption;

    StreamConnections(
            TunnelClient client,
            FlowOptions options,
            IConnectionHandlerFactory handlers,
            MessageHandler<Message> protocol,
            IChannelPipelineFactory pipelines,
            IBufferManager buffers,
            MSEHandshakeProcessor encryption) {
        this.client = client;
        this.options = options;
        this.handlers = handlers;
        this.protocol = protocol;
        this.pipelines = pipelines;
        this.buffers = buffers;
        this.encryption = encryption;
    }

    @Override
    public ConnectionResult createIncomingConnection(Peer peer, SocketChannel channel) {
        return ConnectionResult.failure("nobody connects to us");
    }

    @Override
    public ConnectionResult createOutgoingConnection(Peer peer, TorrentId torrent) {
        try {
            ConnectionResult encrypted = connect(peer, torrent, true);
            return encrypted != null ? encrypted : failureIfNull(connect(peer, torrent, false));
        } catch (ExecutionException e) {
            return ConnectionResult.failure("no stream to the peer", e.getCause());
        } catch (TunnelException e) {
            return ConnectionResult.failure("no stream to the peer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ConnectionResult.failure("stopped", e);
        }
    }

    private static ConnectionResult failureIfNull(@Nullable ConnectionResult result) {
        return result == null ? ConnectionResult.failure("the peer does not speak the protocol") : result;
    }

    /** Null if the stream is there, and what was said on it led nowhere. */
    private @Nullable ConnectionResult connect(Peer peer, TorrentId torrent, boolean encrypt)
            throws ExecutionException, InterruptedException {
        TunnelSocket socket =
                await(client.connect(new InetSocketAddress(peer.getInetAddress(), peer.getPort()), options));
        BorrowedBuffer<ByteBuffer> inbound = buffers.borrowByteBuffer();
        BorrowedBuffer<ByteBuffer> outbound = buffers.borrowByteBuffer();
        try {
            ChannelPipelineBuilder pipeline = pipelines.buildPipeline(peer);
            pipeline.channel(new StreamChannel(socket))
                    .protocol(protocol)
                    .inboundBuffer(inbound)
                    .outboundBuffer(outbound);
            if (encrypt) {
                negotiate(peer, torrent, socket, inbound, outbound).ifPresent(cipher -> {
                    pipeline.decoders(new CipherBufferMutator(cipher.getDecryptionCipher()));
                    pipeline.encoders(new CipherBufferMutator(cipher.getEncryptionCipher()));
                });
            }
            StreamPeerConnection connection =
                    new StreamPeerConnection(peer, socket, inbound, outbound, pipeline.build());
            connection.start();
            if (handlers.getOutgoingHandler(torrent).handleConnection(connection)) {
                return ConnectionResult.success(connection);
            }
            connection.close();
            return encrypt ? null : ConnectionResult.failure("no handshake");
        } catch (IOException | RuntimeException e) {
            // What bt throws when a peer does not understand, or is gone.
            socket.abort();
            inbound.release();
            outbound.release();
            return null;
        }
    }

    private static TunnelSocket await(CompletableFuture<TunnelSocket> connecting)
            throws ExecutionException, InterruptedException {
        try {
            return connecting.get();
        } catch (InterruptedException e) {
            connecting.cancel(true);
            throw e;
        }
    }

    private Optional<MSECipher> negotiate(
            Peer peer,
            TorrentId torrent,
            TunnelSocket socket,
            BorrowedBuffer<ByteBuffer> inbound,
            BorrowedBuffer<ByteBuffer> outbound)
            throws IOException {
        ByteBuffer in = inbound.lockAndGet();
        ByteBuffer out = outbound.lockAndGet();
        try {
            return encryption.negotiateOutgoing(peer, new StreamChannel(socket), torrent, in, out);
        } finally {
            inbound.unlock();
            outbound.unlock();
        }
    }
}
