package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Enters the network through bootstrap servers and keeps one of them in mind of us (FR-005, FR-006, edge case 1, D6).
 *
 * <p>All servers are asked at the start, in parallel waves, and again each interval while there are no peers. While there
 * are too few, a server that answers is asked each interval, and one that was silent; with enough, the same with each {@link
 * TableRefresh}. They are always asked in old style: the reference's servers claim to speak new style and do not answer it
 * (PROTOCOL.md §4). They are never peers, nor are their keys elsewhere. Engine thread only.
 */
final class BootstrapManager {
    private static final long WAVE_INTERVAL_NANOS = 1_000_000_000L;

    /** While nobody is known, a server that answers is asked again after this time, and again after as long ... */
    private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

    /** ... so many times; then after twice as long each time, up to the interval between rounds. */
    private static final int QUICK_ASKS = 10;

    /** Names that did not resolve or whose server is silent are looked up again after this time. */
    private static final long RESOLVE_AGAIN_NANOS = DiscoverySettings.REFRESH.toNanos();

    private final DiscoverySettings settings;
    private final OwnAddresses own;
    private final PeerTable peers;
    private final Exchanges exchanges;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final PeerMemory memory;
    private final DegradedMode degraded;
    private final DiscoveryListener listener;
    private final long intervalNanos;

    private final Map<InetSocketAddress, Server> servers = new LinkedHashMap<>();
    private final Set<PublicKey> serverKeys = new HashSet<>();

    private final Deque<Server> waiting = new ArrayDeque<>();
    private BootstrapState state = BootstrapState.IDLE;
    private boolean answeredThisRound;
    private @Nullable Long roundNanos;
    private @Nullable Long contactNanos;
    private int asksWithoutPeers;
    private @Nullable Long resolvedNanos;
    private @Nullable Deadline tick;
    private @Nullable Deadline roundEnd;

    /** What is known of a server. */
    private static final class Server {
        private final InetSocketAddress address;
        private long contactedNanos = Long.MIN_VALUE;
        private boolean answering;

        /**
         * The first key that answered. A server that shows another later may be passing on somebody else's answers, to
         * keep us from that peer; with one key for good it can do that to one.
         */
        private @Nullable PublicKey key;

        Server(InetSocketAddress address) {
            this.address = address;
        }
    }

    BootstrapManager(
            WalkContext context,
            Exchanges exchanges,
            PeerMemory memory,
            DegradedMode degraded,
            DiscoveryListener listener) {
        this.settings = context.settings();
        this.own = context.own();
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.deadlines = context.deadlines();
        this.random = context.random();
        this.memory = memory;
        this.degraded = degraded;
        this.listener = listener;
        this.intervalNanos = settings.bootstrapInterval().toNanos();
        for (Address address : settings.bootstrap()) {
            if (address instanceof IpAddress numeric) {
                addServer(numeric.endpoint());
            }
        }
    }

    void start() {
        memory.start();
        contactAllIfDue();
        tick = deadlines.after(intervalNanos, this::tick);
    }

    void stop() {
        memory.stop();
        waiting.clear();
        if (tick != null) {
            tick.cancel();
        }
        if (roundEnd != null) {
            roundEnd.cancel();
        }
    }

    private void tick() {
        tick = deadlines.after(intervalNanos, this::tick);
        if (peers.confirmedCount() == 0) {
            contactAllIfDue();
        } else if (peers.confirmedCount() < settings.targetPeers()) {
            refresh();
        }
    }

    /** Asks for new introductions, and keeps a server in mind of us. */
    void refresh() {
        keepAlive();
        askSilent();
    }

    /** Asks all servers, and the remembered peers once more, unless that was done less than an interval ago. */
    void contactAllIfDue() {
        long now = deadlines.nowNanos();
        if (roundNanos != null && now - roundNanos < intervalNanos) {
            return;
        }
        if (roundNanos != null) {
            memory.askAgain();
        }
        roundNanos = now;
        answeredThisRound = false;
        resolveNames();
        waiting.clear();
        waiting.addAll(servers.values());
        int waves = (servers.size() + settings.bootstrapWave() - 1) / settings.bootstrapWave();
        contactWave();
        if (roundEnd != null) {
            roundEnd.cancel();
        }
        // Names may not resolve, and requests may be refused, so silence is told by the clock and not by failures.
        roundEnd = deadlines.after(Exchanges.LIMIT_NANOS + (waves + 1) * WAVE_INTERVAL_NANOS, this::endRound);
    }

    private void endRound() {
        boolean somebodyToAsk = !settings.bootstrap().isEmpty() || memory.triedCount() > 0;
        if (answeredThisRound || !somebodyToAsk) {
            return;
        }
        if (!settings.bootstrap().isEmpty()) {
            enter(BootstrapState.UNREACHABLE);
        }
        degraded.nobodyAnswers();
    }

    private void contactWave() {
        for (int i = 0; i < settings.bootstrapWave() && !waiting.isEmpty(); i++) {
            contact(waiting.remove());
        }
        if (!waiting.isEmpty()) {
            deadlines.after(WAVE_INTERVAL_NANOS, this::contactWave);
        }
    }

    /**
     * While nobody is known: asks a server that answers once more. Whom it introduced before may have left, and it draws
     * anew each time; waiting for the next round over all servers would cost half a minute.
     */
    void askAgainIfDue() {
        long wait = ASK_AGAIN_NANOS << Math.min(10, Math.max(0, asksWithoutPeers - QUICK_ASKS));
        if (contactNanos == null
                || answeringCount() == 0
                || deadlines.nowNanos() - contactNanos < Math.min(wait, intervalNanos)) {
            return;
        }
        asksWithoutPeers++;
        keepAlive();
    }

    /** Somebody is known: the next lack of peers begins afresh. */
    void peerFound() {
        asksWithoutPeers = 0;
        degraded.somebodyAnswers();
    }

    /** Asks one server, one that answers if there is any, so that the network does not fall into parts. */
    void keepAlive() {
        List<Server> choice = servers(true);
        if (choice.isEmpty()) {
            choice = servers(false);
        }
        if (!choice.isEmpty()) {
            contact(choice.get(random.nextInt(choice.size())));
        }
    }

    /** One that answers; null if none does. */
    @Nullable
    InetSocketAddress anyServer() {
        List<Server> choice = servers(true);
        return choice.isEmpty() ? null : choice.get(random.nextInt(choice.size())).address;
    }

    /** Asks the silent server that was left alone for longest: those that answer may all be of one mind, and lie. */
    private void askSilent() {
        servers(false).stream()
                .min(Comparator.comparingLong(server -> server.contactedNanos))
                .ifPresent(this::contact);
    }

    private List<Server> servers(boolean answering) {
        List<Server> chosen = new ArrayList<>();
        for (Server server : servers.values()) {
            if (server.answering == answering) {
                chosen.add(server);
            }
        }
        return chosen;
    }

    private void contact(Server server) {
        if (state == BootstrapState.IDLE) {
            enter(BootstrapState.CONTACTING);
        }
        contactNanos = deadlines.nowNanos();
        server.contactedNanos = deadlines.nowNanos();
        exchanges.start(Purpose.BOOTSTRAP, new WalkTarget(server.address, WalkStyle.OLD));
    }

    boolean isServer(InetSocketAddress address) {
        return servers.containsKey(address);
    }

    /** Tells whether a key is known to be a server's, which is no peer wherever it comes from. */
    boolean isServersKey(PublicKey key) {
        return serverKeys.contains(key);
    }

    /** A server has answered a request of ours, with this key. */
    void answered(InetSocketAddress address, PublicKey key) {
        Server server = Objects.requireNonNull(servers.get(address));
        answeredThisRound = true;
        server.answering = true;
        if (server.key == null && !isPeerElsewhere(key, address)) {
            server.key = key;
            serverKeys.add(key);
            Peer peer = peers.byKey(key);
            if (peer != null) {
                peers.remove(peer, RemovalReason.BOOTSTRAP_SERVER);
            }
            memory.forget(key);
        }
        enter(BootstrapState.ANSWERED);
        degraded.somebodyAnswers();
    }

    private boolean isPeerElsewhere(PublicKey key, InetSocketAddress address) {
        Peer peer = peers.byKey(key);
        return peer != null
                && peer.isConfirmed()
                && !peer.address().getAddress().equals(address.getAddress());
    }

    /** A server has not answered within the limit. */
    void failed(InetSocketAddress address) {
        Server server = Objects.requireNonNull(servers.get(address));
        server.answering = false;
        boolean moreToCome = !waiting.isEmpty();
        for (InetSocketAddress other : servers.keySet()) {
            moreToCome |= exchanges.isUnderWay(other);
        }
        if (!moreToCome && answeringCount() == 0) {
            enter(BootstrapState.UNREACHABLE);
        }
    }

    /** Takes in what a configured name resolved to; an empty list if it did not. */
    void resolved(String host, List<InetAddress> addresses) {
        for (Address address : settings.bootstrap()) {
            if (!(address instanceof HostAddress name) || !name.host().equals(host)) {
                continue;
            }
            for (InetAddress ip : addresses) {
                InetSocketAddress server = new InetSocketAddress(ip, name.port());
                if (addServer(server) && roundNanos != null && peers.confirmedCount() < settings.targetPeers()) {
                    contact(Objects.requireNonNull(servers.get(server)));
                }
            }
        }
    }

    private boolean addServer(InetSocketAddress server) {
        boolean usable = server.getAddress() instanceof Inet4Address
                && AddressScope.of(server) != AddressScope.NONE
                && !own.isOwn(server)
                && servers.size() < DiscoverySettings.MAX_BOOTSTRAP_ADDRESSES;
        if (!usable || servers.containsKey(server)) {
            return false;
        }
        servers.put(server, new Server(server));
        return true;
    }

    private void resolveNames() {
        long now = deadlines.nowNanos();
        if (resolvedNanos != null && now - resolvedNanos < RESOLVE_AGAIN_NANOS) {
            return;
        }
        resolvedNanos = now;
        Set<String> names = new LinkedHashSet<>();
        for (Address address : settings.bootstrap()) {
            if (address instanceof HostAddress name) {
                names.add(name.host());
            }
        }
        names.forEach(listener::resolve);
    }

    private void enter(BootstrapState next) {
        if (state != next) {
            state = next;
            listener.bootstrapStateChanged(next);
        }
    }

    TableSize table() {
        return new TableSize("bootstrap servers", servers.size(), DiscoverySettings.MAX_BOOTSTRAP_ADDRESSES);
    }

    BootstrapState state() {
        return state;
    }

    int serverCount() {
        return servers.size();
    }

    int answeringCount() {
        return servers(true).size();
    }
}
