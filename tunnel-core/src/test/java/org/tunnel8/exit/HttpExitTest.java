package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/** The rules under which an exit performs HTTP exchanges, in told time. */
class HttpExitTest {
    private static final String GET = "GET /announce HTTP/1.1\r\nHost: t\r\n\r\n";
    private static final Address SERVER = Address.parse("93.184.216.34", 80);

    private final Deadlines deadlines = new Deadlines(0);
    private final Counters counters = new Counters();
    private final Edge edge = new Edge();
    private final ExitService exit = exit(PeerFlags.EXIT_HTTP);
    private final Owner owner = new Owner();

    private static final class Edge implements OutsidePort, HttpPort, Outlet {
        final Map<Long, InetSocketAddress> connections = new LinkedHashMap<>();
        final List<String> requests = new ArrayList<>();
        final List<String> asked = new ArrayList<>();

        @Override
        public void open(long socket, boolean ipv6) {
            throw new AssertionError("no datagram is sent here");
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            throw new AssertionError("an exit sends from no other socket");
        }

        @Override
        public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
            throw new AssertionError("no datagram is sent here");
        }

        @Override
        public void close(long socket) {
            throw new AssertionError("no datagram is sent here");
        }

        @Override
        public void resolve(String host) {
            asked.add(host);
        }

        @Override
        public InetAddress connectionSource(boolean ipv6) {
            return address(ipv6 ? "2606:2800::1" : "5.0.2.1").getAddress();
        }

        @Override
        public void connect(long connection, InetSocketAddress to, byte[] request) {
            connections.put(connection, to);
            requests.add(new String(request, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void disconnect(long connection) {
            connections.remove(connection);
        }

        long newest() {
            return connections.keySet().stream().reduce(0L, Math::max);
        }
    }

    private static final class Owner implements JoinedPath {
        final List<HttpResponse> parts = new ArrayList<>();
        int largest;
        int touched;
        int carried;

        @Override
        public InetSocketAddress previousHop() {
            return address("5.0.1.1");
        }

        @Override
        public void sendBack(byte[] buffer, int offset, int length) {
            largest = Math.max(largest, length);
            try {
                parts.add((HttpResponse) CellCodec.decode(buffer, offset, length));
            } catch (MalformedMessageException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void touch() {
            touched++;
        }

        @Override
        public void carried(int bytes) {
            carried += bytes;
        }

        String whole() {
            StringBuilder text = new StringBuilder();
            parts.forEach(part -> text.append(new String(part.chunk().toBytes(), StandardCharsets.ISO_8859_1)));
            return text.toString();
        }
    }

    private static InetSocketAddress address(String literal) {
        return ((IpAddress) Address.parse(literal, 80)).endpoint();
    }

    private ExitService exit(int flags) {
        return new ExitService(
                new ExitSettings(new PeerFlags(flags), CommunityId.TRIBLER, TargetRules.NONE),
                edge,
                edge,
                new TrafficShaper(TrafficLimits.NONE, edge, deadlines, counters),
                deadlines,
                counters);
    }

    private static HttpRequest request(int identifier, Address target, String text) {
        return new HttpRequest(identifier, target, ByteString.of(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private void answer(long connection, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        exit.http().onReplyBytes(connection, bytes, 0, bytes.length);
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void pass(Duration time) {
        deadlines.advance(deadlines.nowNanos() + time.toNanos());
        deadlines.runDue();
    }

    @Test
    void writesTheRequestAsItIsAndSendsTheAnswerBackInNumberedParts() {
        exit.onHttpRequest(owner, request(0x80000001, SERVER, GET));
        String reply = ok("d5:peers5000:" + "p".repeat(5_000) + "e");
        answer(edge.newest(), reply.substring(0, 700));
        assertThat(owner.parts).isEmpty();
        answer(edge.newest(), reply.substring(700));

        assertThat(edge.requests).containsExactly(GET);
        assertThat(owner.whole()).isEqualTo(reply);
        assertThat(owner.parts).hasSize(4).allSatisfy(part -> {
            assertThat(part.identifier()).isEqualTo(0x80000001);
            assertThat(part.total()).isEqualTo(4);
            assertThat(part.chunk().length()).isLessThanOrEqualTo(1_400);
        });
        assertThat(owner.parts).extracting(HttpResponse::part).containsExactly(0, 1, 2, 3);
        // Three hops add a frame and three layers; a datagram of the network has at most 2,048 bytes.
        assertThat(owner.largest + 29 + 3 * 24).isLessThanOrEqualTo(2_048);
        assertThat(owner.touched).isEqualTo(1);
        assertThat(owner.carried).as("bytes from the outside alone").isEqualTo(reply.length());
        assertThat(edge.connections).isEmpty();
        assertThat(exit.http().exchanges()).isZero();
        assertThat(counters.traffic(Kind.EXIT_HTTP_REPLIES)).isEqualTo(1);
        assertThat(counters.traffic(Kind.EXIT_HTTP_REPLY_BYTES)).isEqualTo(reply.length());
    }

    @Test
    void sendsTheLargestAnswerThatFitsAndRefusesOneByteMore() {
        int body = 65_535 - ok("").length() - 4;
        String reply = ok((body - 6) + ":" + "x".repeat(body - 6));
        assertThat(reply).hasSize(65_535);
        exit.onHttpRequest(owner, request(1, SERVER, GET));
        answer(edge.newest(), reply);
        assertThat(owner.parts).hasSize(47);

        exit.onHttpRequest(owner, request(2, SERVER, GET));
        answer(edge.newest(), ok((body - 5) + ":" + "x".repeat(body - 5)));
        assertThat(owner.parts).hasSize(47);
        assertThat(counters.drops(DropReason.HTTP_REPLY_REFUSED)).isEqualTo(1);
    }

    @Test
    void passesARedirectionAndNoPage() {
        exit.onHttpRequest(owner, request(1, SERVER, GET));
        answer(edge.newest(), "HTTP/1.1 307 Moved\r\nLocation: http://u/\r\nContent-Length: 0\r\n\r\n");
        assertThat(owner.whole()).contains("Location: http://u/");

        owner.parts.clear();
        exit.onHttpRequest(owner, request(2, SERVER, GET));
        answer(edge.newest(), ok("<html>no</html>"));
        assertThat(owner.parts).isEmpty();
        assertThat(edge.connections).isEmpty();
        assertThat(counters.drops(DropReason.HTTP_REPLY_REFUSED)).isEqualTo(1);
    }

    @Test
    void refusesTheSixthAtATimeOfACircuitAndServesOthers() {
        for (int i = 0; i < 6; i++) {
            exit.onHttpRequest(owner, request(i, SERVER, GET));
        }
        assertThat(edge.connections).hasSize(5);
        assertThat(counters.drops(DropReason.HTTP_LIMIT)).isEqualTo(1);

        exit.onHttpRequest(new Owner(), request(1, SERVER, GET));
        assertThat(edge.connections).hasSize(6);

        answer(1, ok("le"));
        exit.onHttpRequest(owner, request(7, SERVER, GET));
        assertThat(edge.connections).hasSize(6);
        assertThat(counters.drops(DropReason.HTTP_LIMIT)).isEqualTo(1);
    }

    @Test
    void boundsTheConnectionsOfAllCircuitsTogether() {
        for (int i = 0; i < 100; i++) {
            Owner other = new Owner();
            for (int j = 0; j < 5; j++) {
                exit.onHttpRequest(other, request(j, SERVER, GET));
            }
        }
        assertThat(edge.connections).hasSize(HttpExit.MAX_IN_ALL);
        assertThat(counters.drops(DropReason.HTTP_LIMIT)).isEqualTo(500 - HttpExit.MAX_IN_ALL);

        pass(Duration.ofSeconds(6));
        assertThat(exit.http().exchanges()).isZero();
        assertThat(edge.connections).isEmpty();
    }

    @Test
    void givesUpAfterFiveSeconds() {
        exit.onHttpRequest(owner, request(1, SERVER, GET));
        long connection = edge.newest();
        answer(connection, "HTTP/1.1 200 OK\r\n");
        pass(Duration.ofMillis(4_999));
        assertThat(edge.connections).hasSize(1);
        pass(Duration.ofMillis(1));
        assertThat(edge.connections).isEmpty();
        assertThat(counters.drops(DropReason.HTTP_UNANSWERED)).isEqualTo(1);

        answer(connection, ok("le"));
        assertThat(owner.parts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1"})
    void refusesTargetsThatAreNotForStrangers(String target) {
        exit.onHttpRequest(owner, request(1, Address.parse(target, 80), GET));
        exit.onHttpRequest(owner, request(2, new HostAddress("inside.example", 80), GET));
        exit.onResolved("inside.example", List.of(address(target).getAddress()));

        assertThat(edge.requests).isEmpty();
        assertThat(exit.http().exchanges()).isZero();
        assertThat(counters.drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(2);
    }

    @Test
    void resolvesANameOnceForAllThatWaitForIt() {
        exit.onHttpRequest(owner, request(1, new HostAddress("tracker.example", 6_969), GET));
        exit.onHttpRequest(owner, request(2, new HostAddress("tracker.example", 80), GET));
        assertThat(edge.asked).containsExactly("tracker.example");
        exit.onResolved("tracker.example", List.of(address("93.184.216.34").getAddress()));
        assertThat(edge.connections.values())
                .extracting(InetSocketAddress::getPort)
                .containsExactly(6_969, 80);

        exit.onHttpRequest(owner, request(3, new HostAddress("tracker.example", 80), GET));
        assertThat(edge.asked).hasSize(1);
        assertThat(edge.connections).hasSize(3);
    }

    @Test
    void dropsWhatWaitsForANameThatHasNoAddressOrComesTooLate() {
        exit.onHttpRequest(owner, request(1, new HostAddress("nowhere.example", 80), GET));
        exit.onResolved("nowhere.example", List.of());
        assertThat(counters.drops(DropReason.EXIT_NAME_UNRESOLVED)).isEqualTo(1);

        exit.onHttpRequest(owner, request(2, new HostAddress("slow.example", 80), GET));
        pass(Duration.ofSeconds(5));
        exit.onResolved("slow.example", List.of(address("93.184.216.34").getAddress()));
        assertThat(edge.requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: t\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: t\r\n",
                "GET / HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: t\r\n\r\nbody\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: 4\r\n\r\n",
                "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/2\r\nHost: t\r\n\r\n",
                "GET /\r\n\r\n",
                "GET  HTTP/1.1\r\n\r\n",
                "GET / x HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nMAIL FROM:<a@b>\r\n\r\n",
                "GET / HTTP/1.1\r\nHELO x\r\n\r\n",
                "GET / HTTP/1.1\nSET a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\nQUIT: b\r\n\r\n",
                "\r\n\r\n",
                "get / HTTP/1.1\r\nHost: t\r\n\r\n"
            })
    void writesNothingButOnePlainGet(String text) {
        exit.onHttpRequest(owner, request(1, SERVER, text));
        assertThat(edge.requests).isEmpty();
        assertThat(counters.drops(DropReason.HTTP_REQUEST_REFUSED)).isEqualTo(1);
    }

    @Test
    void refusesALongRequestAndOneThatIsRunningAlready() {
        exit.onHttpRequest(owner, request(1, SERVER, "GET /" + "a".repeat(2_048) + " HTTP/1.1\r\n\r\n"));
        exit.onHttpRequest(owner, request(2, SERVER, GET));
        exit.onHttpRequest(owner, request(2, SERVER, GET));
        assertThat(edge.requests).hasSize(1);
        assertThat(counters.drops(DropReason.HTTP_REQUEST_REFUSED)).isEqualTo(2);
    }

    @Test
    void doesNothingWithoutTheRole() {
        exit(PeerFlags.EXIT_BT | PeerFlags.RELAY).onHttpRequest(owner, request(1, SERVER, GET));
        assertThat(edge.requests).isEmpty();
        assertThat(counters.drops(DropReason.ROLE_MISSING)).isEqualTo(1);
    }

    @Test
    void closesItsConnectionsWithTheCircuit() {
        exit.onHttpRequest(owner, request(1, SERVER, GET));
        exit.onHttpRequest(owner, request(2, new HostAddress("tracker.example", 80), GET));
        exit.onPathClosed(owner);
        assertThat(edge.connections).isEmpty();
        assertThat(exit.http().exchanges()).isZero();

        exit.onResolved("tracker.example", List.of(address("93.184.216.34").getAddress()));
        assertThat(edge.requests).hasSize(1);
    }

    @Test
    void dropsAnExchangeWhoseConnectionIsRefusedOrBreaks() {
        exit.onHttpRequest(owner, request(1, SERVER, GET));
        exit.http().onConnectionEnded(edge.newest());
        exit.onHttpRequest(owner, request(2, SERVER, GET));
        answer(edge.newest(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nle");
        exit.http().onConnectionEnded(edge.newest());

        assertThat(counters.drops(DropReason.HTTP_REPLY_REFUSED)).isEqualTo(2);
        assertThat(owner.parts).isEmpty();
        assertThat(exit.http().exchanges()).isZero();
    }
}
