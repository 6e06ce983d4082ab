package org.tunnel8.examples.bt;

import static org.assertj.core.api.Assertions.assertThat;

import bt.metainfo.TorrentId;
import bt.net.Peer;
import bt.runtime.BtRuntime;
import bt.runtime.Config;
import bt.tracker.ITrackerService;
import bt.tracker.TrackerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;
import org.tunnel8.examples.fetch.LoopbackTracker;
import org.tunnel8.testing.EmbeddedNetwork;

/** bt's announces, through a whole network, to a tracker on loopback. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrackersOverTheTunnelTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final byte[] HASH = "0123456789abcdefghi ".getBytes(StandardCharsets.US_ASCII);
    private static final InetSocketAddress NAMED_PEER = new InetSocketAddress("192.0.2.7", 6881);

    private final EmbeddedNetwork network =
            EmbeddedNetwork.builder().relays(2).exits(2).build();
    private final Set<String> notes = ConcurrentHashMap.newKeySet();

    private TunnelClient client;
    private LoopbackTracker tracker;
    private ITrackerService trackers;
    private int port;

    @BeforeAll
    void start() throws Exception {
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(2)
                .minPeers(3)
                .build();
        client.start().join();
        client.whenReady(LIMIT).join();
        tracker = new LoopbackTracker(List.of(NAMED_PEER));
        // Not started: what is asked for here needs none of its threads.
        Config config = TunnelModule.config();
        port = config.getAcceptorPort();
        trackers = BtRuntime.builder(config)
                .disableLocalServiceDiscovery()
                .module(new TunnelModule(client, FlowOptions.standard().isolated("a torrent"), notes::add))
                .build()
                .service(ITrackerService.class);
    }

    @AfterAll
    void stop() {
        tracker.close();
        client.close();
        network.close();
    }

    @BeforeEach
    void forget() {
        tracker.httpQueries().clear();
        tracker.udpAnnounces().clear();
        tracker.askers().clear();
        notes.clear();
    }

    private TrackerResponse announce(String url) {
        return trackers.getTracker(url).request(TorrentId.fromBytes(HASH)).start();
    }

    private void assertNamesThePeer(TrackerResponse response) {
        assertThat(response.isSuccess()).as(response.getErrorMessage()).isTrue();
        Peer peer = response.getPeers().iterator().next();
        assertThat(new InetSocketAddress(peer.getInetAddress(), peer.getPort())).isEqualTo(NAMED_PEER);
        assertThat(response.getInterval()).isEqualTo(1_800);
        assertThat(tracker.askers())
                .isNotEmpty()
                .noneMatch(from -> from.getAddress().equals(network.clientAddress(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/announce", "/announce?key=a", "/moved"})
    void anHttpTrackerIsAskedByAnExit(String path) throws Exception {
        assertNamesThePeer(announce(tracker.httpUrl(path)));
        String query = tracker.httpQueries().poll(10, TimeUnit.SECONDS);
        assertThat(query)
                .contains("info_hash=0123456789abcdefghi%20&")
                .contains("&port=" + port + "&", "&left=16384&", "&compact=1", "&event=started")
                .as("no address of ours")
                .doesNotContain("ip=", "ipv4", "ipv6", "127.0");
        assertThat(query.startsWith("key=a&")).isEqualTo(path.contains("key"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aUdpTrackerIsAskedByAnExit(boolean byName) throws Exception {
        assertNamesThePeer(announce(byName ? tracker.udpUrlByName() : tracker.udpUrl()));
        ByteBuffer announce = ByteBuffer.wrap(tracker.udpAnnounces().poll(10, TimeUnit.SECONDS));
        assertThat(Arrays.copyOfRange(announce.array(), 16, 36)).isEqualTo(HASH);
        assertThat(announce.getLong(64)).as("left").isEqualTo(16_384);
        assertThat(announce.getInt(80)).as("started").isEqualTo(2);
        assertThat(announce.getInt(84)).as("no address of ours").isZero();
        assertThat(Short.toUnsignedInt(announce.getShort(96))).as("port").isEqualTo(port);
        assertThat(new String(announce.array(), 98, announce.capacity() - 98, StandardCharsets.US_ASCII))
                .as("the path (BEP 41)")
                .isEqualTo("\u0002\u0009/announce");
    }

    private UdpAnnouncer announcer(Duration firstWait) {
        int at = URI.create(tracker.udpUrl()).getPort();
        return new UdpAnnouncer(
                client.datagrams(), new InetSocketAddress(InetAddress.getLoopbackAddress(), at), "", firstWait);
    }

    private static Announce query() {
        return new Announce(HASH, new byte[HASH.length], 1, 2, 3, Announce.Event.QUERY, 50, 6_881);
    }

    @Test
    void whatAUdpTrackerDoesNotAnswerIsSentAgain() throws Exception {
        tracker.ignore(2);
        try (UdpAnnouncer announcer = announcer(Duration.ofMillis(300))) {
            assertNamesThePeer(announcer.announce(query(), LIMIT));
        }
    }

    @Test
    void aUdpTrackerThatIsSilentIsGivenUpInTime() throws Exception {
        tracker.ignore(Integer.MAX_VALUE);
        try (UdpAnnouncer announcer = announcer(Duration.ofMillis(100))) {
            TrackerResponse response = announcer.announce(query(), Duration.ofSeconds(1));
            assertThat(response.isSuccess()).isFalse();
            assertThat(response.getErrorMessage()).isEqualTo("no answer within 1 s");
        } finally {
            tracker.ignore(0);
        }
    }

    @Test
    void aTrackersReasonIsPassedOn() {
        TrackerResponse response = announce(tracker.httpUrl("/refusing"));
        assertThat(response.isSuccess()).isFalse();
        assertThat(response.getErrorMessage()).isEqualTo("not for you.");
        assertThat(notes).anyMatch(note -> note.endsWith("/refusing: not for you."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://localhost/announce", "wss://localhost", "udp://localhost", "nonsense"})
    void whatCannotBeAskedThroughTheTunnelIsNotAsked(String url) {
        TrackerResponse response = announce(url);
        assertThat(response.isSuccess()).isFalse();
        assertThat(response.getErrorMessage()).contains("neither plain HTTP nor UDP");
    }
}
