package org.tunnel8.examples.bt;

import bt.module.BitTorrentProtocol;
import bt.module.PeerConnectionSelector;
import bt.net.IConnectionHandlerFactory;
import bt.net.IPeerConnectionFactory;
import bt.net.SharedSelector;
import bt.net.SocketChannelConnectionAcceptor;
import bt.net.buffer.IBufferManager;
import bt.net.crypto.MSEHandshakeProcessor;
import bt.net.pipeline.IChannelPipelineFactory;
import bt.protocol.Message;
import bt.protocol.crypto.EncryptionPolicy;
import bt.protocol.handler.MessageHandler;
import bt.runtime.Config;
import bt.service.IdentityService;
import bt.torrent.TorrentRegistry;
import bt.tracker.ITrackerService;
import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;

/**
 * What of {@code bt} touches the network, replaced: peers by streams, trackers by exchanges and datagrams, nobody listening.
 *
 * <p>Goes with {@link #config()}, and with local service discovery left out of the runtime. Peers that other peers name (PEX) are
 * connected to by the same streams. {@code bt}'s DHT is a module of its own, which is not here.
 */
final class TunnelModule extends AbstractModule {
    /** A piece of 4 MiB at 150 KiB/s, which is what a slow circuit carries. */
    private static final Duration PIECE_LIMIT = Duration.ofSeconds(30);

    /** Through three hops, with repeated packets, and for encryption two round trips more. */
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(30);

    private static final int LOWEST_PORT = 1_024;
    private static final int MOST_PORTS = 64_512;
    private static final int MOST_PEERS = 60;
    private static final int MOST_ATTEMPTS = 20;
    private static final int BUFFER_BYTES = 1 << 20;

    /** The client is given ten seconds to leave; an announcement of the end, half of it. */
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(3);

    private final TunnelClient client;
    private final FlowOptions options;
    private final Consumer<String> notes;

    TunnelModule(TunnelClient client, FlowOptions options, Consumer<String> notes) {
        this.client = client;
        this.options = options;
        this.notes = notes;
    }

    /** Settings under which {@code bt} tells nobody an address of ours, and has patience with circuits. */
    static Config config() {
        Config config = new Config();
        // By default the address of the first network interface, which bt tells trackers and binds to.
        config.setAcceptorAddress(InetAddress.getLoopbackAddress());
        // Told to peers and trackers; nobody listens. A fresh one each time, so that it ties nothing together.
        config.setAcceptorPort(LOWEST_PORT + new SecureRandom().nextInt(MOST_PORTS));
        config.setMaxPeerConnections(MOST_PEERS);
        config.setMaxPeerConnectionsPerTorrent(MOST_PEERS);
        config.setMaxPendingConnectionRequests(MOST_ATTEMPTS);
        config.setNetworkBufferSize(BUFFER_BYTES);
        config.setPeerHandshakeTimeout(HANDSHAKE_LIMIT);
        config.setMaxPieceReceivingTime(PIECE_LIMIT);
        config.setShutdownHookTimeout(LEAVE_LIMIT);
        config.setEncryptionPolicy(EncryptionPolicy.PREFER_ENCRYPTED);
        // StreamChannel waits by itself.
        config.setMseWaitBetweenReads(Duration.ofMillis(1));
        return config;
    }

    @Provides
    @Singleton
    ITrackerService trackers(TorrentRegistry torrents, IdentityService identity, Config config) {
        return new TunnelTrackers(client, options, torrents, identity, config.getAcceptorPort(), notes);
    }

    @Provides
    @Singleton
    IPeerConnectionFactory connections(
            IConnectionHandlerFactory handlers,
            @BitTorrentProtocol MessageHandler<Message> protocol,
            TorrentRegistry torrents,
            IChannelPipelineFactory pipelines,
            IBufferManager buffers,
            Config config) {
        return new StreamConnections(
                client,
                options,
                handlers,
                protocol,
                pipelines,
                buffers,
                new MSEHandshakeProcessor(torrents, protocol, config));
    }

    @Provides
    @Singleton
    SocketChannelConnectionAcceptor acceptor(
            @PeerConnectionSelector SharedSelector selector, IPeerConnectionFactory connections) {
        return new NoAcceptor(selector, connections);
    }
}
