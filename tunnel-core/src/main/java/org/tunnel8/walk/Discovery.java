package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkMessageId;
import org.tunnel8.wire.walk.WalkPacket;

/**
 * Gets into the network, fills a {@link PeerTable} and keeps it fresh; answers and introduces others (PROTOCOL.md §4, §5;
 * FR-005 to FR-013a).
 *
 * <p>Engine thread only. It does no input or output: it is handed datagrams, and sends through the sink; what it does
 * later is in the deadline queue.
 */
public final class Discovery {
    /** Ids of the walker's that nobody uses any more and that are not the tunnel's either (PROTOCOL.md §4). */
    private static final int FIRST_WALKER_ID = 231;

    private final DiscoverySettings settings;
    private final PeerTable peers;
    private final Counters counters;
    private final AnnouncedFlags announced;
    private final WalkContext context;
    private final WalkTally tally;
    private final OwnAddresses own;
    private final NatTypeEstimator nat;
    private final Intake intake;
    private final Exchanges exchanges;
    private final PeerMemory memory;
    private final DegradedMode degraded;
    private final BootstrapManager bootstrap;
    private final Walker walker;
    private final TableRefresh refresh;
    private final PeerChurn churn;
    private final IntroductionRequests requests;
    private final IntroductionService introductions;
    private final PunctureService punctures;
    private final DiscoveryPings pings;
    private final DiscoveryWalk discoveryWalk;
    private final DiscoveryResponder responder;
    private final VersionGuard versions;
    private final @Nullable BootstrapServer server;
    private boolean running;

    /**
     * Puts the parts together; nothing is sent before {@link #start()}.
     *
     * @param settings what to do
     * @param identity who we are
     * @param peers the table to fill; nobody else may add to it
     * @param deadlines the engine's clock and queue
     * @param random decides who is asked and introduced, and draws identifiers; in production unpredictable
     * @param sink takes what we send
     * @param counters where drops are counted
     * @param listener resolves names and hears of changes
     */
    public Discovery(
            DiscoverySettings settings,
            IdentityKey identity,
            PeerTable peers,
            Deadlines deadlines,
            RandomGenerator random,
            DatagramSink sink,
            Counters counters,
            DiscoveryListener listener) {
        this.settings = settings;
        this.peers = peers;
        this.counters = counters;
        this.own = new OwnAddresses(settings.localAddress(), settings.interfaces(), deadlines);
        this.nat = new NatTypeEstimator(own, deadlines, listener);
        this.tally = new WalkTally(counters.packets(), peers, this::isServer);
        WalkOutput output = new WalkOutput(identity, settings.signatures(), (to, buffer, offset, length) -> {
            tally.departs(to, buffer, offset, length);
            sink.send(to, buffer, offset, length);
        });
        this.announced = new AnnouncedFlags(settings.flags());
        this.context =
                new WalkContext(settings, announced, own, nat, peers, deadlines, random, output, counters, listener);
        this.exchanges = new Exchanges(
                deadlines,
                random,
                (exchange, identifier) ->
                        IntroductionRequests.send(context, settings.community(), exchange, identifier),
                new Outcomes());
        this.memory = new PeerMemory(context, exchanges);
        this.degraded = new DegradedMode(context, listener);
        this.bootstrap = new BootstrapManager(context, exchanges, memory, degraded, listener);
        this.intake = new Intake(context, exchanges, bootstrap);
        this.walker = new Walker(context, exchanges, bootstrap);
        this.refresh = new TableRefresh(context, bootstrap, walker);
        this.requests = new IntroductionRequests(context, exchanges, bootstrap, walker);
        this.introductions = new IntroductionService(context, exchanges, bootstrap, walker);
        this.punctures = new PunctureService(context);
        this.pings = new DiscoveryPings(context, exchanges);
        this.discoveryWalk = new DiscoveryWalk(context, bootstrap, walker);
        this.responder = new DiscoveryResponder(context, pings, punctures, discoveryWalk);
        this.churn = new PeerChurn(context, exchanges, pings);
        this.versions = new VersionGuard(context, exchanges);
        this.server = settings.bootstrapServer() ? new BootstrapServer(context) : null;
        peers.addListener(new PeerTable.Listener() {
            @Override
            public void peerAdded(Peer peer) {
                if (peer.isConfirmed()) {
                    walker.news();
                }
            }

            @Override
            public void peerConfirmed(Peer peer) {
                walker.news();
            }

            @Override
            public void peerRemoved(Peer peer, RemovalReason reason) {
                walker.news();
            }

            @Override
            public void exitsWanted() {
                walker.news();
            }
        });
    }

    private boolean isServer(InetSocketAddress address) {
        return bootstrap.isServer(address);
    }

    private final class Outcomes implements Exchanges.Outcome {
        @Override
        public void completed(Exchange exchange) {
            requests.completed(exchange);
        }

        @Override
        public void unanswered(Exchange exchange) {
            requests.unanswered(exchange);
        }

        @Override
        public void failed(Exchange exchange) {
            requests.failed(exchange);
        }
    }

    /** Begins: contacts the bootstrap servers, walks, keeps the table fresh. Does nothing if already begun. */
    public void start() {
        if (running) {
            return;
        }
        running = true;
        if (settings.member()) {
            bootstrap.start();
            walker.start();
            refresh.start();
            churn.start();
            if (server == null) {
                // A bootstrap server meets the members of our overlay anyway, and is sent others' answers in this one.
                discoveryWalk.start();
            }
        }
        if (server != null) {
            server.start();
        }
    }

    /** Ends for good: sends nothing any more by itself and answers nobody. */
    public void stop() {
        running = false;
        exchanges.stop();
        bootstrap.stop();
        walker.stop();
        refresh.stop();
        churn.stop();
        discoveryWalk.stop();
        if (server != null) {
            server.stop();
        }
    }

    /**
     * Takes one datagram if it is of a family handled here: the walker's messages of the tunnel overlay, the discovery
     * overlay's, the hash table's ping, and for a bootstrap server introductions of every overlay. Whatever the bytes
     * are, nothing is thrown; what is taken and not used is counted.
     *
     * @param from where it came from
     * @param buffer holds the datagram; not kept
     * @param offset first byte
     * @param length number of bytes
     * @return false if it is of no such family and somebody else's business
     */
    public boolean onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (length <= CommunityId.PREFIX_BYTES || !running) {
            return false;
        }
        tally.arrives(from, buffer, offset, length);
        int id = buffer[offset + CommunityId.PREFIX_BYTES] & 0xff;
        CommunityId community = settings.community();
        if (settings.member()) {
            if (community.matchesPrefix(buffer, offset, length)) {
                return onOwnOverlay(from, id, buffer, offset, length);
            }
            if (community.matchesOtherVersion(buffer, offset, length)) {
                if (intake.admits(from, buffer, offset, length)) {
                    versions.onForeignVersion(buffer, offset, length);
                }
                return true;
            }
        }
        return onOtherOverlay(from, id, buffer, offset, length);
    }

    private boolean onOtherOverlay(InetSocketAddress from, int id, byte[] buffer, int offset, int length) {
        boolean discovery = CommunityId.DISCOVERY.matchesPrefix(buffer, offset, length);
        boolean forServer = discovery ? isIntroduction(id) : WalkMessageId.isWalk(id);
        if (server != null && forServer && isOfOurVersion(buffer, offset)) {
            if (server.isAwaited(from, id, buffer, offset, length) || intake.admits(from, buffer, offset, length)) {
                server.onDatagram(from, buffer, offset, length);
            }
            return true;
        }
        if (discovery && WalkMessageId.isDiscovery(id)) {
            boolean unsigned = id == WalkMessageId.DISCOVERY_PING
                    || id == WalkMessageId.DISCOVERY_PONG
                    || WalkMessageId.isPunctureRequest(id);
            if (unsigned ? intake.admitsUnsigned(from) : intake.admits(from, buffer, offset, length)) {
                boolean known = intake.isKnown(from) || discoveryWalk.isKnown(from);
                responder.onDiscovery(from, buffer, offset, length, known);
            }
            return true;
        }
        boolean dhtPing = id == WalkMessageId.DHT_PING_REQUEST || id == WalkMessageId.DHT_PING_RESPONSE;
        if (dhtPing && CommunityId.DHT.matchesPrefix(buffer, offset, length)) {
            if (intake.admits(from, buffer, offset, length)) {
                responder.onDhtPing(from, buffer, offset, length);
            }
            return true;
        }
        return false;
    }

    private boolean onOwnOverlay(InetSocketAddress from, int id, byte[] buffer, int offset, int length) {
        if (!WalkMessageId.isWalk(id)) {
            if (id < FIRST_WALKER_ID) {
                return false;
            }
            counters.dropped(DropReason.UNKNOWN_MESSAGE);
            return true;
        }
        boolean admitted = WalkMessageId.isPunctureRequest(id)
                ? intake.admitsUnsigned(from)
                : intake.isAwaited(from, id, buffer, offset, length) || intake.admits(from, buffer, offset, length);
        if (!admitted) {
            return true;
        }
        WalkPacket packet;
        try {
            packet = WalkCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
            return true;
        }
        Signature signature = context.signature(packet, buffer, offset);
        WalkMessage message = packet.message();
        if (message instanceof IntroductionRequest) {
            introductions.onRequest(from, packet, signature);
        } else if (message instanceof IntroductionResponse) {
            requests.onResponse(from, packet, signature);
        } else if (message instanceof PunctureRequest request) {
            punctures.onRequest(from, settings.community(), request, intake.isKnown(from));
        } else {
            requests.onPuncture(from, packet, signature);
        }
        return true;
    }

    private static boolean isIntroduction(int id) {
        return id == WalkMessageId.INTRODUCTION_REQUEST
                || id == WalkMessageId.INTRODUCTION_RESPONSE
                || id == WalkMessageId.NEW_INTRODUCTION_REQUEST
                || id == WalkMessageId.NEW_INTRODUCTION_RESPONSE;
    }

    private static boolean isOfOurVersion(byte[] buffer, int offset) {
        return buffer[offset] == 0 && CommunityId.version(buffer, offset) == CommunityId.VERSION;
    }

    /**
     * Hands over what {@link DiscoveryListener#resolve} asked for.
     *
     * @param host the name
     * @param addresses what it resolved to; empty if it did not
     */
    public void onResolved(String host, List<InetAddress> addresses) {
        if (running) {
            bootstrap.resolved(host, addresses);
        }
    }

    /**
     * Changes the roles that are announced with every introduction from now on; peers go by the newest.
     *
     * @param flags the roles
     */
    public void announce(PeerFlags flags) {
        announced.change(flags);
    }

    /**
     * Asks who is at an address, as if it had been introduced: one that was remembered from an earlier run, or told by
     * the user. Does nothing while there are peers enough or requests enough unanswered, until a later step.
     *
     * @param address perhaps a peer's
     */
    public void walkTo(InetSocketAddress address) {
        if (running && own.canBeAsked(address) && own.canSendTo(address.getAddress())) {
            walker.introduced(WalkTarget.of(address, false));
        }
    }

    /**
     * Where the handshake with an address stands (FR-009).
     *
     * @param address the address
     * @return {@link HandshakeState#COMPLETE} for every peer's address, else as far as the last 10 s tell; {@link
     *     HandshakeState#FAILED} also for an address that lately did not answer and is left alone for that
     */
    public HandshakeState handshake(InetSocketAddress address) {
        Exchange exchange = exchanges.with(address);
        if (peers.byAddress(address) != null) {
            return HandshakeState.COMPLETE;
        }
        if (exchange == null) {
            return walker.isDead(address) ? HandshakeState.FAILED : HandshakeState.NONE;
        }
        return exchange.handshake().state();
    }

    /**
     * Our own IPv4 address as others see it, by agreement of several (D19). It is a secret of the user's: show it to
     * nobody else (D12).
     *
     * @return null while there is no agreement
     */
    public @Nullable InetSocketAddress wanAddress() {
        return own.wanLike(IpAddress.UNSPECIFIED.address());
    }

    /**
     * Tells whether packets sent to an address would come back to us, as far as we know.
     *
     * @param address perhaps ours
     * @return true for the address of our port, on every interface if it is bound to all, and for {@link #wanAddress()}
     */
    public boolean isOwnAddress(InetSocketAddress address) {
        return own.isOwn(address) || address.equals(own.wanLike(address.getAddress()));
    }

    /**
     * How getting known goes.
     *
     * @return as of now
     */
    public DiscoveryStatus status() {
        return new DiscoveryStatus(
                peers.confirmedCount(),
                peers.exits(),
                walker.walkableCount(),
                exchanges.outstanding(Purpose.WALK) + exchanges.outstanding(Purpose.ASK),
                bootstrap.state(),
                bootstrap.serverCount(),
                bootstrap.answeringCount(),
                server == null ? 0 : server.memberCount(),
                degraded.isOn(),
                memory.knownCount(),
                memory.triedCount(),
                memory.foundCount(),
                nat.type(),
                nat.evidence(),
                nat.isFailing());
    }

    /**
     * The peers worth asking first at the next start: those that served well and can be reached without an introduction
     * before others, a few of each network, with the time since each was last heard. Also after {@link #stop()}.
     *
     * @return the best first, {@link DiscoverySettings#MAX_REMEMBERED} at most
     */
    public List<RememberedPeer> memory() {
        return memory.snapshot();
    }

    /**
     * How full all tables are that others can fill.
     *
     * @return a new list, without the peer table
     */
    public List<TableSize> tables() {
        List<TableSize> tables = new ArrayList<>(exchanges.tables(""));
        tables.addAll(walker.tables());
        tables.addAll(discoveryWalk.tables());
        tables.add(bootstrap.table());
        tables.add(memory.table());
        tables.add(intake.table());
        tables.add(own.table());
        tables.add(nat.table());
        tables.add(pings.table());
        tables.addAll(punctures.tables());
        if (server != null) {
            tables.addAll(server.tables());
        }
        return tables;
    }
}
