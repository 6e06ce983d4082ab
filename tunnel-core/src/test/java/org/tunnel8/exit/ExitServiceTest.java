package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.policy.Cidr;
import org.tunnel8.policy.DeniedTargets;
import org.tunnel8.policy.PortSet;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.DataView;
import org.tunnel8.wire.walk.PeerFlags;

/** What an exit sends out, takes in and refuses (PROTOCOL.md §10, D16), and what it keeps at most. */
class ExitServiceTest {
    private static final InetAddress PREVIOUS_HOP = at("203.0.113.1", 7_000).getAddress();
    private static final InetSocketAddress OUTSIDE = at("93.184.216.34", 6_881);

    private final Deadlines deadlines = new Deadlines(0);
    private final Counters counters = new Counters();
    private final Edge edge = new Edge();
    private final ExitService exit = exit(PeerFlags.EXIT_BT, List.of());
    private final Path path = new Path();

    /** A datagram that left from an outside socket. */
    private record Sent(long socket, InetSocketAddress to, byte[] payload) {}

    /** An edge that does what the test says. */
    private static final class Edge implements OutsidePort, HttpPort, Outlet {
        final List<Long> opening = new ArrayList<>();
        final List<Boolean> ipv6 = new ArrayList<>();
        final List<Long> closed = new ArrayList<>();
        final List<Sent> sent = new ArrayList<>();
        final List<String> asked = new ArrayList<>();

        @Override
        public void open(long socket, boolean isIpv6) {
            opening.add(socket);
            ipv6.add(isIpv6);
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
            sent.add(new Sent(socket, to, Arrays.copyOfRange(buffer, offset, offset + length)));
        }

        @Override
        public void close(long socket) {
            closed.add(socket);
        }

        @Override
        public void resolve(String host) {
            asked.add(host);
        }

        @Override
        public InetAddress connectionSource(boolean isIpv6) {
            throw new AssertionError("no HTTP here");
        }

        @Override
        public void connect(long connection, InetSocketAddress to, byte[] request) {
            throw new AssertionError("no HTTP here");
        }

        @Override
        public void disconnect(long connection) {
            throw new AssertionError("no HTTP here");
        }
    }

    /** The way back of one circuit. */
    private static final class Path implements JoinedPath {
        final List<byte[]> back = new ArrayList<>();
        int touched;
        long carried;

        @Override
        public InetSocketAddress previousHop() {
            return new InetSocketAddress(PREVIOUS_HOP, 7_000);
        }

        @Override
        public void sendBack(byte[] buffer, int offset, int length) {
            back.add(Arrays.copyOfRange(buffer, offset, offset + length));
        }

        @Override
        public void touch() {
            touched++;
        }

        @Override
        public void carried(int bytes) {
            carried += bytes;
        }
    }

    private static InetSocketAddress at(String host, int port) {
        return ((IpAddress) Address.parse(host, port)).endpoint();
    }

    private ExitService exit(int flags, List<Cidr> allowed) {
        return new ExitService(
                new ExitSettings(new PeerFlags(flags), CommunityId.TRIBLER, TargetRules.allowing(allowed)),
                edge,
                edge,
                new TrafficShaper(TrafficLimits.NONE, edge, deadlines, counters),
                deadlines,
                counters);
    }

    private static byte[] utp(int length) {
        byte[] payload = new byte[length];
        payload[0] = 1;
        return payload;
    }

    private void data(ExitService service, JoinedPath from, InetAddress sender, Address target, byte[] payload) {
        byte[] buffer = new byte[70_000];
        int offset = 68_000 - payload.length;
        System.arraycopy(payload, 0, buffer, offset, payload.length);
        int start = DataView.prepend(buffer, offset, target, IpAddress.UNSPECIFIED);
        service.onData(from, new InetSocketAddress(sender, 7_000), buffer, start, offset - start + payload.length);
    }

    private void data(Address target) {
        data(exit, path, PREVIOUS_HOP, target, utp(60));
    }

    private void opened(int which, String local) {
        exit.onSocketOpened(edge.opening.get(which), at(local, 40_000));
    }

    private long drops(DropReason reason) {
        return counters.drops(reason);
    }

    @Test
    void whatWaitsForTheSocketGoesOutInOrderAndNoMoreThanTen() {
        for (int i = 0; i < 13; i++) {
            data(exit, path, PREVIOUS_HOP, new IpAddress(OUTSIDE), utp(60 + i));
        }
        assertThat(edge.opening).hasSize(1);
        assertThat(edge.sent).isEmpty();
        assertThat(drops(DropReason.EXIT_QUEUE_FULL)).isEqualTo(3);

        opened(0, "0.0.0.0");

        assertThat(edge.sent.stream().map(sent -> sent.payload().length))
                .containsExactly(60, 61, 62, 63, 64, 65, 66, 67, 68, 69);
    }

    @Test
    void sendsToNoPortButThoseItsOperatorNames() {
        ExitService narrow = new ExitService(
                new ExitSettings(
                        new PeerFlags(PeerFlags.EXIT_BT),
                        CommunityId.TRIBLER,
                        new TargetRules(
                                List.of(), PortSet.parse("6881-6889"), List.of(DeniedTargets.parse("93.184.216.99")))),
                edge,
                edge,
                new TrafficShaper(TrafficLimits.NONE, edge, deadlines, counters),
                deadlines,
                counters);
        data(narrow, path, PREVIOUS_HOP, new IpAddress(OUTSIDE), utp(60));
        narrow.onSocketOpened(edge.opening.get(0), at("0.0.0.0", 40_000));
        assertThat(edge.sent).hasSize(1);

        data(narrow, path, PREVIOUS_HOP, Address.parse("93.184.216.34", 25), utp(60));
        data(narrow, path, PREVIOUS_HOP, Address.parse("93.184.216.99", 6_881), utp(60));
        assertThat(edge.sent).hasSize(1);
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(2);
    }

    @Test
    void eachFamilyHasASocketOfItsOwn() {
        data(new IpAddress(OUTSIDE));
        data(Address.parse("2606:2800:220:1::1", 6_881));

        assertThat(edge.ipv6).containsExactly(false, true);
        opened(0, "0.0.0.0");
        opened(1, "::");
        assertThat(edge.sent).hasSize(2);
        assertThat(exit.sockets()).isEqualTo(2);
    }

    @Test
    void circuitsDoNotShareSockets() {
        data(new IpAddress(OUTSIDE));
        data(exit, new Path(), PREVIOUS_HOP, new IpAddress(OUTSIDE), utp(60));

        assertThat(edge.opening).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void theFirstDatagramMustComeFromThePreviousHop() {
        data(exit, path, OUTSIDE.getAddress(), new IpAddress(OUTSIDE), utp(60));
        assertThat(edge.opening).isEmpty();
        assertThat(drops(DropReason.WRONG_SENDER)).isEqualTo(1);
        assertThat(path.touched).isZero();

        data(new IpAddress(OUTSIDE));
        data(exit, path, OUTSIDE.getAddress(), new IpAddress(OUTSIDE), utp(60));
        opened(0, "0.0.0.0");
        assertThat(edge.sent).as("later ones may come from elsewhere").hasSize(2);
    }

    @Test
    void aTargetWithoutAPortOpensNothing() {
        data(IpAddress.UNSPECIFIED);
        data(new IpAddress(new InetSocketAddress(OUTSIDE.getAddress(), 0)));

        assertThat(edge.opening).isEmpty();
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "100.64.0.1", "169.254.1.1", "198.18.0.1", "224.0.0.1", "0.0.0.7"})
    void refusesTargetsThatAreNotForStrangers(String target) {
        data(new IpAddress(OUTSIDE));
        opened(0, "0.0.0.0");
        edge.sent.clear();

        data(Address.parse(target, 80));

        assertThat(edge.sent).isEmpty();
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(1);
    }

    @Test
    void theClassOfItsOwnAddressIsAllowedAndWhatTheOperatorNames() {
        ExitService allowing = exit(PeerFlags.EXIT_BT, List.of(Cidr.parse("10.1.0.0/16")));
        Path own = new Path();
        for (String target : List.of("127.0.0.1", "10.1.2.3", "10.2.0.1")) {
            data(allowing, own, PREVIOUS_HOP, Address.parse(target, 80), utp(60));
        }

        allowing.onSocketOpened(edge.opening.get(0), at("127.80.2.1", 40_000));

        assertThat(edge.sent.stream().map(sent -> sent.to().getHostString())).containsExactly("127.0.0.1", "10.1.2.3");
    }

    @Test
    void refusesPayloadsOfOtherKindsBothWays() {
        data(
                exit,
                path,
                PREVIOUS_HOP,
                new IpAddress(OUTSIDE),
                "GET / HTTP/1.1 and so on".getBytes(StandardCharsets.US_ASCII));
        data(exit, path, PREVIOUS_HOP, new IpAddress(OUTSIDE), new byte[0]);
        assertThat(edge.opening).isEmpty();

        data(new IpAddress(OUTSIDE));
        opened(0, "0.0.0.0");
        fromOutside(OUTSIDE, new byte[] {9, 9, 9, 9, 9, 9, 9});
        assertThat(path.back).isEmpty();
        assertThat(drops(DropReason.EXIT_PAYLOAD_REFUSED)).isEqualTo(3);
    }

    private void fromOutside(InetSocketAddress from, byte[] payload) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + payload.length + Headroom.BACK_BYTES];
        System.arraycopy(payload, 0, buffer, Headroom.FRONT_BYTES, payload.length);
        exit.onOutsideDatagram(edge.opening.get(0), from, buffer, Headroom.FRONT_BYTES, payload.length);
    }

    @Test
    void whatComesBackNamesItsSender() throws MalformedMessageException {
        data(new IpAddress(OUTSIDE));
        opened(0, "0.0.0.0");

        fromOutside(OUTSIDE, utp(100));

        byte[] message = path.back.get(0);
        DataView view = new DataView();
        view.parse(message, 0, message.length);
        assertThat(view.destinationUnspecified()).isTrue();
        assertThat(view.origin()).isEqualTo(new IpAddress(OUTSIDE));
        assertThat(view.payloadLength()).isEqualTo(100);
        assertThat(path.carried).isEqualTo(100);
        assertThat(path.touched)
                .as("what comes in is no sign of the owner's life")
                .isEqualTo(1);
    }

    @Test
    void aNameIsAskedForOnceAndRememberedForAMinute() throws UnknownHostException {
        for (int i = 0; i < 12; i++) {
            data(new HostAddress("tracker.example", 80));
        }
        assertThat(edge.asked).containsExactly("tracker.example");
        assertThat(drops(DropReason.EXIT_QUEUE_FULL)).isEqualTo(2);

        exit.onResolved("tracker.example", List.of(InetAddress.getByName("::1"), OUTSIDE.getAddress()));
        opened(0, "0.0.0.0");
        assertThat(edge.sent)
                .hasSize(10)
                .allMatch(sent -> sent.to().equals(new InetSocketAddress(OUTSIDE.getAddress(), 80)));

        data(new HostAddress("tracker.example", 81));
        assertThat(edge.sent).hasSize(11);
        assertThat(edge.asked).hasSize(1);

        deadlines.advance(Duration.ofSeconds(61).toNanos());
        data(new HostAddress("tracker.example", 81));
        assertThat(edge.asked).hasSize(2);
    }

    @Test
    void aNameWithoutAddressIsNotAskedForAgainAtOnce() {
        data(new HostAddress("nobody.example", 80));
        exit.onResolved("nobody.example", List.of());
        data(new HostAddress("nobody.example", 80));

        assertThat(drops(DropReason.EXIT_NAME_UNRESOLVED)).isEqualTo(2);
        assertThat(edge.asked).hasSize(1);
        assertThat(edge.opening).isEmpty();
    }

    @Test
    void aNameLeadsNowhereThatItsAddressMayNot() throws UnknownHostException {
        data(new HostAddress("localhost", 80));
        exit.onResolved("localhost", List.of(InetAddress.getByName("127.0.0.1")));
        opened(0, "0.0.0.0");

        assertThat(edge.sent).isEmpty();
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(1);
    }

    @Test
    void namesThatAreNoneAreNotKept() {
        data(new HostAddress("x".repeat(254), 80));
        data(new HostAddress("x".repeat(60_000), 80));
        data(new HostAddress("", 80));

        assertThat(edge.asked).isEmpty();
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(3);
    }

    @Test
    void oneCircuitCannotTakeAllPlacesForNames() {
        for (int i = 0; i < 1_000; i++) {
            data(new HostAddress("host" + i + ".example", 80));
        }
        assertThat(edge.asked).hasSize(NameQueue.MAX_PER_PATH);
        assertThat(drops(DropReason.EXIT_QUEUE_FULL)).isEqualTo(1_000 - NameQueue.MAX_PER_PATH);

        data(exit, new Path(), PREVIOUS_HOP, new HostAddress("tracker.example", 80), utp(60));
        assertThat(edge.asked).contains("tracker.example");

        // Places are free again once names are known.
        exit.onResolved("host0.example", List.of());
        data(new HostAddress("another.example", 80));
        assertThat(edge.asked).contains("another.example");
    }

    @Test
    void namesOfAllCircuitsTogetherAreBounded() {
        for (int i = 0; i < 1_000; i++) {
            data(exit, new Path(), PREVIOUS_HOP, new HostAddress("host" + i + ".example", 80), utp(60));
        }

        assertThat(edge.asked).hasSize(NameQueue.MAX_NAMES);
    }

    @Test
    void closingACircuitClosesItsSocketsAndForgetsWhatWaits() throws UnknownHostException {
        data(new IpAddress(OUTSIDE));
        data(new HostAddress("tracker.example", 80));

        exit.onPathClosed(path);
        opened(0, "0.0.0.0");
        exit.onResolved("tracker.example", List.of(InetAddress.getByName("93.184.216.34")));
        fromOutside(OUTSIDE, utp(60));

        assertThat(edge.closed).isEqualTo(edge.opening);
        assertThat(edge.sent).isEmpty();
        assertThat(path.back).isEmpty();
        assertThat(exit.sockets()).isZero();
    }

    @Test
    void aFamilyThatTheHostLacksIsNotTriedForEveryDatagram() {
        for (int i = 0; i < 3; i++) {
            data(Address.parse("2606:2800:220:1::1", 6_881));
        }
        exit.onSocketFailed(edge.opening.get(0));
        assertThat(drops(DropReason.EXIT_NO_SOCKET)).as("all that waited").isEqualTo(3);

        data(Address.parse("2606:2800:220:1::1", 6_881));
        data(exit, new Path(), PREVIOUS_HOP, Address.parse("2606:2800:220:1::1", 6_881), utp(60));
        assertThat(edge.opening).hasSize(1);
        assertThat(drops(DropReason.EXIT_NO_SOCKET)).isEqualTo(5);

        data(new IpAddress(OUTSIDE));
        assertThat(edge.ipv6).as("the other family is none the worse").containsExactly(true, false);

        deadlines.advance(Duration.ofSeconds(6).toNanos());
        data(Address.parse("2606:2800:220:1::1", 6_881));
        assertThat(edge.ipv6).containsExactly(true, false, true);
    }

    @Test
    void whatStillWaitsWhenItsCircuitEndsIsCounted() {
        data(new IpAddress(OUTSIDE));
        data(new IpAddress(OUTSIDE));
        data(new HostAddress("tracker.example", 80));

        exit.onPathClosed(path);
        exit.onResolved("tracker.example", List.of(OUTSIDE.getAddress()));

        assertThat(edge.sent).isEmpty();
        assertThat(drops(DropReason.CIRCUIT_CLOSED)).isEqualTo(3);
    }
}
