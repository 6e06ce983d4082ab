package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.engine.Effects;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.EngineSettings;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.peer.Peer;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.vectors.Scenario.Node;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkMessageId;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * A whole engine in the place of a recorded node. Time passes only when told to; what the engine sends is collected by
 * target. Two bootstrap servers, which no recording has, tell it its address and, on demand, that of a node to walk to.
 */
final class ScenarioNode implements Effects, EngineListener {
    private static final List<InetSocketAddress> SERVERS =
            List.of(Scenario.endpoint("198.51.100.1:6421"), Scenario.endpoint("198.51.100.2:6422"));
    private static final IdentityKey SERVER_KEY = IdentityKey.generate(new SplittableRandom(2));
    private static final Duration STEP = Duration.ofSeconds(3);
    private static final Duration SERVER_INTERVAL = Duration.ofSeconds(1);
    /** Often enough in a walker's time for anything it does by itself. */
    private static final int MOST_DEADLINES = 200;

    private final CommunityId community;
    private final Node self;
    private final ScriptedRandom random;
    private final TunnelEngine engine;
    private final Map<InetSocketAddress, Deque<byte[]>> requests = new HashMap<>();
    private final Map<InetSocketAddress, Deque<byte[]>> others = new HashMap<>();
    private final Map<InetSocketAddress, Node> neighbours = new HashMap<>();
    private final Deque<InetSocketAddress> checked = new ArrayDeque<>();
    private final Deque<byte[]> checks = new ArrayDeque<>();
    private final Deque<byte[]> questionsToServers = new ArrayDeque<>();
    private final Deque<InetSocketAddress> askedServers = new ArrayDeque<>();
    private final Deque<Outside> outside = new ArrayDeque<>();
    private final List<Long> opening = new ArrayList<>();
    private final List<Long> openSockets = new ArrayList<>();
    private final List<Circuit> ready = new ArrayList<>();
    private final List<CloseReason> closed = new ArrayList<>();
    private @Nullable InetSocketAddress outsideAddress;
    private @Nullable Introduction introduction;
    private long nowNanos;

    private record Introduction(InetSocketAddress address, boolean newStyle, int identifier) {}

    /** A datagram that left an outside socket. */
    record Outside(InetSocketAddress to, byte[] payload) {}

    ScenarioNode(Scenario scenario, Node self, ScriptedRandom random, @Nullable CircuitSettings circuits) {
        this.community = scenario.community();
        this.self = self;
        this.random = random;
        scenario.nodes().forEach(this::answerChecksFor);
        DiscoverySettings discovery = DiscoverySettings.builder(community, self.lan())
                .flags(self.flags())
                .bootstrap(SERVERS.stream().map(IpAddress::new).toList())
                .intervals(STEP, STEP)
                .bootstrapInterval(SERVER_INTERVAL)
                .build();
        EngineSettings settings = new EngineSettings(
                community,
                discovery,
                RelaySettings.of(self.flags()),
                List.of(),
                circuits,
                self.lan().getAddress());
        this.engine = new TunnelEngine(
                settings, self.identity(), LayerCiphers.named("jdk").create(), random, nowNanos, this, this);
        engine.start(nowNanos);
        settle();
    }

    TunnelEngine engine() {
        return engine;
    }

    /**
     * Has somebody answer when the engine asks whether he is where his request seemed to come from. The recorded nodes
     * believed requests, so no recording has these.
     */
    void answerChecksFor(Node neighbour) {
        neighbours.put(neighbour.wan(), neighbour);
    }

    /** Hands the engine a datagram. */
    void receive(InetSocketAddress from, byte[] packet) {
        engine.onDatagram(nowNanos, from, LabNode.withHeadroom(packet), LabNode.OFFSET, packet.length);
        settle();
    }

    /** Hands the engine a datagram that came to its outside socket. */
    void receiveOutside(InetSocketAddress from, byte[] payload) {
        assertThat(openSockets).as("outside sockets").hasSize(1);
        engine.onOutsideDatagram(
                nowNanos, openSockets.get(0), from, LabNode.withHeadroom(payload), LabNode.OFFSET, payload.length);
        settle();
    }

    /** Lets time pass. */
    void runFor(Duration time) {
        long until = nowNanos + time.toNanos();
        while (engine.nextDeadlineNanos() <= until) {
            runNextDeadline();
        }
        nowNanos = until;
        engine.advance(nowNanos);
    }

    /** Lets time pass, but no longer than the walker needs for a step, until something holds. */
    void runUntil(String what, BooleanSupplier condition) {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).as("%s comes", what).isLessThan(MOST_DEADLINES);
            runNextDeadline();
        }
    }

    private void runNextDeadline() {
        nowNanos = Math.max(nowNanos, engine.nextDeadlineNanos());
        engine.onDeadline(nowNanos);
        settle();
    }

    /** Has a bootstrap server introduce an address; the request to it bears this identifier. */
    void introduce(InetSocketAddress address, boolean newStyle, int identifier) {
        introduction = new Introduction(address, newStyle, identifier);
        runUntil("a question to a bootstrap server", () -> introduction == null);
        assertThat(random.isArmed()).as("the walker ignores the introduction").isFalse();
    }

    /** Has the edge do what the engine has asked for: answer for the servers, open sockets. */
    private void settle() {
        while (!questionsToServers.isEmpty()) {
            answer(askedServers.remove(), questionsToServers.remove());
        }
        while (!checks.isEmpty()) {
            answerCheck(Objects.requireNonNull(neighbours.get(checked.remove())), checks.remove());
        }
        while (!opening.isEmpty()) {
            long socket = opening.remove(0);
            openSockets.add(socket);
            assertThat(outsideAddress).as("an outside address in the recording").isNotNull();
            engine.onSocketOpened(nowNanos, socket, outsideAddress);
        }
    }

    private void answer(InetSocketAddress server, byte[] question) {
        Introduction told = introduction;
        introduction = null;
        int identifier;
        try {
            identifier = WalkCodec.decode(question, 0, question.length).message() instanceof IntroductionRequest request
                    ? request.identifier()
                    : -1;
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
        boolean newStyle = told != null && told.newStyle();
        IntroductionResponse response = new IntroductionResponse(
                WalkStyle.OLD,
                new IpAddress(self.wan()),
                IpAddress.UNSPECIFIED,
                new IpAddress(server),
                IpAddress.UNSPECIFIED,
                told == null ? IpAddress.UNSPECIFIED : new IpAddress(told.address()),
                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, true, newStyle, false),
                identifier,
                ByteString.EMPTY);
        byte[] packet = WalkCodec.encode(community, response, identifier, SERVER_KEY);
        if (told != null) {
            random.arm(told.identifier());
        }
        engine.onDatagram(nowNanos, server, LabNode.withHeadroom(packet), LabNode.OFFSET, packet.length);
    }

    private void answerCheck(Node neighbour, byte[] question) {
        IntroductionRequest request = (IntroductionRequest) decode(question);
        IntroductionResponse response = new IntroductionResponse(
                request.style(),
                new IpAddress(self.wan()),
                new IpAddress(neighbour.lan()),
                new IpAddress(neighbour.wan()),
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                0,
                request.identifier(),
                neighbour.flags().toExtra());
        byte[] packet = WalkCodec.encode(community, response, request.identifier(), neighbour.identity());
        engine.onDatagram(nowNanos, neighbour.wan(), LabNode.withHeadroom(packet), LabNode.OFFSET, packet.length);
    }

    private static WalkMessage decode(byte[] packet) {
        try {
            return WalkCodec.decode(packet, 0, packet.length).message();
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether a request only asks who has just asked us: then it is no repetition, and nobody was to be walked to. */
    private boolean isCheck(InetSocketAddress to, byte[] request) {
        Peer peer = engine.peers().byAddress(to);
        return neighbours.containsKey(to)
                && decode(request).identifier() >= ScriptedRandom.FIRST_OWN_IDENTIFIER
                && peer != null
                && !peer.isConfirmed()
                && requestsTo(to).isEmpty();
    }

    /** Where the outside socket's datagrams come from; null if there is none. */
    void outsideAddress(@Nullable InetSocketAddress address) {
        outsideAddress = address;
    }

    /** The introduction requests sent to an address and not taken yet. */
    Deque<byte[]> requestsTo(InetSocketAddress to) {
        return requests.computeIfAbsent(to, unknown -> new ArrayDeque<>());
    }

    /** Everything else sent to an address and not taken yet. */
    Deque<byte[]> othersTo(InetSocketAddress to) {
        return others.computeIfAbsent(to, unknown -> new ArrayDeque<>());
    }

    /** All introduction requests not taken yet. */
    Map<InetSocketAddress, Deque<byte[]>> requests() {
        return requests;
    }

    /** Everything else not taken yet. */
    Map<InetSocketAddress, Deque<byte[]>> others() {
        return others;
    }

    /** What left the outside socket and was not taken yet. */
    Deque<Outside> outside() {
        return outside;
    }

    /** Outside sockets that are open. */
    int openSockets() {
        return openSockets.size();
    }

    /** Own circuits that became ready. */
    List<Circuit> ready() {
        return ready;
    }

    /** Why own circuits have ended. */
    List<CloseReason> closed() {
        return closed;
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        byte[] packet = Arrays.copyOfRange(buffer, offset, offset + length);
        int id = packet[CommunityId.PREFIX_BYTES] & 0xff;
        boolean isIntroduction =
                id == WalkMessageId.INTRODUCTION_REQUEST || id == WalkMessageId.NEW_INTRODUCTION_REQUEST;
        boolean request = isIntroduction && community.matchesPrefix(packet, 0, length);
        if (SERVERS.contains(to)
                && id == WalkMessageId.INTRODUCTION_REQUEST
                && CommunityId.DISCOVERY.matchesPrefix(packet, 0, length)) {
            // Nobody in the recordings was short of peers for long enough to look for them there.
            return;
        }
        if (SERVERS.contains(to)) {
            assertThat(request).as("asks a bootstrap server").isTrue();
            askedServers.add(to);
            questionsToServers.add(packet);
        } else if (request && isCheck(to, packet)) {
            checked.add(to);
            checks.add(packet);
        } else if (request) {
            requestsTo(to).add(packet);
        } else {
            othersTo(to).add(packet);
        }
    }

    @Override
    public void open(long socket, boolean ipv6) {
        assertThat(ipv6).as("an IPv6 socket").isFalse();
        opening.add(socket);
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        assertThat(openSockets).contains(socket);
        outside.add(new Outside(to, Arrays.copyOfRange(buffer, offset, offset + length)));
    }

    @Override
    public void close(long socket) {
        assertThat(openSockets.remove(socket)).as("an open socket is closed").isTrue();
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        throw new AssertionError("no recording has an exchange of HTTP");
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        throw new AssertionError("no recording has an exchange of HTTP");
    }

    @Override
    public void disconnect(long connection) {
        throw new AssertionError("no recording has an exchange of HTTP");
    }

    @Override
    public void resolve(String host) {
        throw new AssertionError("no recording has a name to look up");
    }

    @Override
    public void resolveBootstrap(String host) {
        throw new AssertionError("the servers have no names");
    }

    @Override
    public void onCircuitReady(Circuit circuit) {
        ready.add(circuit);
    }

    @Override
    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
        closed.add(reason);
    }
}
