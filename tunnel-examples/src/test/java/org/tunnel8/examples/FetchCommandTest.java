package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.examples.fetch.LoopbackTracker;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.Seeder;
import org.tunnel8.testing.EmbeddedNetwork;

/** Whole fetches: a network, a seeder and a tracker on this machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FetchCommandTest {
    private static final long LENGTH_BYTES = 2L * 1024 * 1024 + 12_345;
    private static final List<String> KEYS = List.of(
            "command",
            "ok",
            "client",
            "hops",
            "name",
            "bytes",
            "doneBytes",
            "deliveredBytes",
            "verified",
            "seconds",
            "mibPerSecond",
            "circuitSeconds",
            "peers");

    private final EmbeddedNetwork network =
            EmbeddedNetwork.builder().relays(3).exits(2).build();

    @TempDir
    static Path folder;

    private RandomTorrent torrent;
    private Seeder seeder;
    private LoopbackTracker tracker;

    @BeforeAll
    void start() throws Exception {
        network.start().join();
        torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), LENGTH_BYTES, 20_261_127);
        seeder = Seeder.start(torrent, network.clientAddress(2));
        tracker = new LoopbackTracker(List.of(seeder.address()));
    }

    @AfterAll
    void stop() {
        tracker.close();
        seeder.close();
        network.close();
    }

    private CommandLineRun fetch(StopSignal stop, String... arguments) {
        List<String> line = new ArrayList<>(List.of("fetch"));
        line.addAll(Arrays.asList(arguments));
        line.addAll(List.of(
                "--min-peers",
                "3",
                "--timeout",
                "150",
                "--community",
                network.network().communityId(),
                "--bootstrap",
                Endpoints.text(network.network().bootstrap().get(0))));
        return CommandLineRun.with(stop, line.toArray(String[]::new));
    }

    /** A .torrent file that names these trackers; the first in {@code announce}. */
    private Path torrentFile(String... trackers) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringBuilder head = new StringBuilder("d");
        if (trackers.length > 0) {
            head.append("8:announce").append(bencoded(trackers[0])).append("13:announce-listl");
            for (String each : trackers) {
                head.append('l').append(bencoded(each)).append('e');
            }
            head.append('e');
        }
        out.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        byte[] metainfo = torrent.metainfo();
        out.write(metainfo, 1, metainfo.length - 1);
        return Files.write(Files.createTempFile(folder, "some", ".torrent"), out.toByteArray());
    }

    private static String bencoded(String text) {
        return text.length() + ":" + text;
    }

    private String infoHash() throws Exception {
        byte[] metainfo = torrent.metainfo();
        int infoStart = "d4:info".length();
        byte[] info = Arrays.copyOfRange(metainfo, infoStart, metainfo.length - 1);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(info));
    }

    private Path output() throws IOException {
        return Files.createTempDirectory(folder, "output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"peer", "http", "udp"})
    void libtorrentFetchesByTcpThroughTheProxy(String from) throws Exception {
        fetchesOverStreams(from, "libtorrent", "--tcp-only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"peer", "http", "udp"})
    void btFetches(String from) throws Exception {
        fetchesOverStreams(from, "bt", "--client", "bt");
    }

    private void fetchesOverStreams(String from, String client, String... options) throws Exception {
        Path output = output();
        List<String> line = new ArrayList<>();
        switch (from) {
            case "http" -> line.add(torrentFile(tracker.httpUrl("/announce")).toString());
            case "udp" -> line.add(torrentFile(tracker.udpUrl()).toString());
            default -> line.addAll(List.of(torrentFile().toString(), "--peer", Endpoints.text(seeder.address())));
        }
        line.addAll(List.of(options));
        line.addAll(List.of("--json", "--hops", "2", "--isolate", "--output", output.toString()));
        CommandLineRun run = fetch(new StopSignal(), line.toArray(String[]::new));
        assertFetched(run, output, client);
    }

    @Test
    void btLearnsFromPeersWhatAMagnetUriStandsFor() throws Exception {
        Path output = output();
        CommandLineRun run = fetch(
                new StopSignal(),
                "magnet:?xt=urn:btih:" + infoHash() + "&x.pe=" + Endpoints.text(seeder.address()),
                "--json",
                "--client",
                "bt",
                "--hops",
                "1",
                "--output",
                output.toString());
        assertFetched(run, output, "bt");
    }

    private void assertFetched(CommandLineRun run, Path output, String client) {
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        List<JsonObject> lines = run.jsonLines();
        JsonObject verdict = lines.get(lines.size() - 1);
        assertThat(verdict.keySet()).containsExactlyElementsOf(KEYS);
        assertThat(verdict.get("ok").getAsBoolean()).isTrue();
        assertThat(verdict.get("verified").getAsBoolean()).isTrue();
        assertThat(verdict.get("client").getAsString()).isEqualTo(client);
        assertThat(verdict.get("bytes").getAsLong()).isEqualTo(LENGTH_BYTES);
        assertThat(verdict.get("doneBytes").getAsLong()).isEqualTo(LENGTH_BYTES);
        assertThat(verdict.get("deliveredBytes").getAsLong()).isPositive();
        assertThat(verdict.get("peers").getAsInt()).isEqualTo(1);
        assertThat(torrent.isSameIn(output)).isTrue();
        assertThat(texts(network.exitAddresses()))
                .as("the seeder saw nobody but exits")
                .containsAll(seeder.seenPeers());
    }

    private static Set<String> texts(Set<InetSocketAddress> addresses) {
        return addresses.stream().map(Endpoints::text).collect(Collectors.toSet());
    }

    @Test
    void libtorrentFetchesFromAPeerThatIsNamed() throws Exception {
        Path output = output();
        CommandLineRun run = fetch(
                new StopSignal(),
                torrentFile().toString(),
                "--json",
                "--hops",
                "3",
                "--peer",
                Endpoints.text(seeder.address()),
                "--output",
                output.toString());
        assertFetched(run, output, "libtorrent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "udp"})
    void libtorrentFetchesFromWhomATrackerNames(String kind) throws Exception {
        Path output = output();
        String url = kind.equals("http") ? tracker.httpUrl("/announce") : tracker.udpUrlByName();
        CommandLineRun run = fetch(
                new StopSignal(),
                torrentFile(url).toString(),
                "--json",
                "--hops",
                "2",
                "--isolate",
                "--output",
                output.toString());
        assertFetched(run, output, "libtorrent");
        assertThat(tracker.askers())
                .isNotEmpty()
                .noneMatch(from -> from.getAddress().equals(network.clientAddress(1)));
    }

    @Test
    void libtorrentLearnsFromPeersWhatAMagnetUriStandsFor() throws Exception {
        Path output = output();
        CommandLineRun run = fetch(
                new StopSignal(),
                "magnet:?xt=urn:btih:" + infoHash() + "&x.pe=" + Endpoints.text(seeder.address()),
                "--json",
                "--hops",
                "1",
                "--output",
                output.toString());
        assertFetched(run, output, "libtorrent");
        assertThat(run.out()).contains("\"event\":\"torrent\"");
    }

    @Test
    void saysWhatIsThereWhenTheTimeIsUp() throws Exception {
        // A peer that never answers.
        CommandLineRun run = CommandLineRun.of(
                "fetch",
                torrentFile("https://tracker.invalid/announce").toString(),
                "--hops",
                "1",
                "--min-peers",
                "3",
                "--timeout",
                "5",
                "--community",
                network.network().communityId(),
                "--bootstrap",
                Endpoints.text(network.network().bootstrap().get(0)),
                "--output",
                output().toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("tunnel fetch: 5 s have passed before").hasLineCount(1);
        assertThat(run.out()).contains("trackers that are left out", "NOT DONE");
    }

    @Test
    void endsWhenItIsStopped() throws Exception {
        StopSignal stop = new StopSignal();
        stop.request();
        CommandLineRun run = fetch(stop, torrentFile().toString(), "--output", output().toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("tunnel fetch: stopped before").hasLineCount(1);
    }
}
