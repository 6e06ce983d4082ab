package org.tunnel8.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.walk.RememberedPeer;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** When the file of remembered peers is written, and what becomes of trouble with it. */
@Timeout(60)
class MemoryKeeperTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final RememberedPeer PEER = new RememberedPeer(
            IdentityKey.generate(RandomGenerator.getDefault()).publicKey(),
            ((IpAddress) Address.parse("198.51.100.7", 7000)).endpoint(),
            PeerFlags.NONE,
            60);

    private final TransportLoop loop = TransportLoop.open("memory-keeper-test");
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path folder;

    @AfterEach
    void endTheLoop() {
        loop.close();
    }

    private MemoryKeeper keeper(Path file) {
        MemorySettings settings = new MemorySettings(file, Duration.ofDays(7), troubles::add);
        return new MemoryKeeper(settings, CommunityId.TRIBLER, loop, "memory-writer-test", SOON_NANOS, SOON_NANOS);
    }

    @Test
    void writesNowAndThenWhatIsRememberedThen() {
        Path file = folder.resolve("peers");
        MemoryKeeper keeper = keeper(file);
        AtomicInteger asked = new AtomicInteger();
        loop.execute(() -> keeper.start(() -> asked.incrementAndGet() < 3 ? List.of() : List.of(PEER)));

        await().atMost(LIMIT).until(() -> keeper.read().size() == 1);
        assertThat(asked.get()).isGreaterThanOrEqualTo(3);
        loop.execute(() -> keeper.stop(List.of(PEER)));
        keeper.awaitEnd();
        assertThat(troubles).isEmpty();
    }

    @Test
    void leavesTheFileAloneWhenThereIsNothingToRemember() throws IOException {
        Path file = Files.writeString(folder.resolve("peers"), "of use for somebody\n");
        MemoryKeeper keeper = keeper(file);
        keeper.stop(List.of());
        keeper.awaitEnd();

        assertThat(file).hasContent("of use for somebody\n");
    }

    @Test
    void tellsOfAFileThatCannotBeWrittenOnceUntilItCan() throws IOException {
        Path parent = folder.resolve("later");
        MemoryKeeper keeper = keeper(parent.resolve("peers"));
        AtomicInteger asked = new AtomicInteger();
        loop.execute(() -> keeper.start(() -> {
            asked.incrementAndGet();
            return List.of(PEER);
        }));
        await().atMost(LIMIT).until(() -> asked.get() > 5);
        Files.createDirectory(parent);
        await().atMost(LIMIT).until(() -> keeper.read().size() == 1);
        loop.execute(() -> keeper.stop(List.of()));
        keeper.awaitEnd();

        assertThat(troubles).singleElement().asString().contains("cannot be written");
    }
}
