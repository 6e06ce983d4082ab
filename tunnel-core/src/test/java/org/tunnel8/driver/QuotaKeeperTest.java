package org.tunnel8.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.transport.udp.TransportLoop;

/** The account of a monthly quota: across runs, months, crashes and damage. */
@Timeout(60)
class QuotaKeeperTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUOTA = 1_000_000_000;
    private static final long STEP = QUOTA / 1_000;
    private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

    private final TransportLoop loop = TransportLoop.open("quota-keeper-test");
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private final SetClock clock = new SetClock();
    private final AtomicLong carried = new AtomicLong();
    private final AtomicLong renewals = new AtomicLong();

    @TempDir
    private Path folder;

    /** A clock that the test sets. */
    private static final class SetClock extends Clock {
        private volatile Instant now = Instant.parse("2026-11-30T23:59:59Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @AfterEach
    void endTheLoop() {
        loop.close();
    }

    private Path file() {
        return folder.resolve("quota");
    }

    private QuotaKeeper keeper(long quota) {
        QuotaSettings settings = new QuotaSettings(quota, file(), troubles::add);
        return new QuotaKeeper(settings, loop, "quota-writer-test", clock, SOON_NANOS);
    }

    private QuotaKeeper started(long quota) {
        QuotaKeeper keeper = keeper(quota);
        keeper.begin();
        loop.execute(() -> keeper.start(carried::get, bytes -> renewals.incrementAndGet()));
        return keeper;
    }

    private void stop(QuotaKeeper keeper) {
        CompletableFuture.runAsync(() -> keeper.stop(carried.get()), loop).join();
        keeper.awaitEnd();
    }

    private QuotaFile.Content kept() throws IOException {
        return Objects.requireNonNull(QuotaFile.read(file()));
    }

    @Test
    void beginsWithAllOfItWhereThereIsNoFile() {
        assertThat(keeper(QUOTA).begin()).isEqualTo(QUOTA);
        assertThat(troubles).isEmpty();
    }

    @Test
    void aCleanEndKeepsWhatWasUsedToTheByte() throws IOException {
        QuotaKeeper first = started(QUOTA);
        carried.set(123_456_789);
        stop(first);
        assertThat(kept()).isEqualTo(new QuotaFile.Content(NOVEMBER, 123_456_789));

        QuotaKeeper second = keeper(QUOTA);
        assertThat(second.begin()).isEqualTo(QUOTA - 123_456_789);
        assertThat(second.account(1).usedBytes()).isEqualTo(123_456_790);
        assertThat(second.account(1).renewal()).isEqualTo(Instant.parse("2026-12-01T00:00:00Z"));
    }

    @Test
    void aRunThatEndsBadlyNeverCountsLessThanWasCarriedAndAStepMoreAtMost() {
        QuotaKeeper running = started(QUOTA);
        await().atMost(LIMIT).until(() -> Files.exists(file()));
        for (int i = 0; i < 20; i++) {
            carried.addAndGet(STEP / 3);
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(kept().usedBytes()).isBetween(carried.get(), carried.get() + 4 * STEP));
        }
        // No clean end: the file is what the next run finds.
        long left = keeper(QUOTA).begin();
        assertThat(left).isBetween(QUOTA - carried.get() - 4 * STEP, QUOTA - carried.get());
        stop(running);
    }

    @Test
    void aNewMonthOfUtcBringsANewQuota() throws IOException {
        QuotaKeeper running = started(QUOTA);
        carried.set(400_000_000);
        await().atMost(LIMIT).until(() -> Files.exists(file()) && kept().usedBytes() >= 400_000_000);
        assertThat(renewals.get()).isZero();

        clock.now = Instant.parse("2026-12-01T00:00:00Z");
        await().atMost(LIMIT).until(() -> renewals.get() == 1);
        carried.set(400_000_100);
        stop(running);

        assertThat(kept()).isEqualTo(new QuotaFile.Content(YearMonth.of(2026, 12), 100));
        assertThat(renewals.get()).isEqualTo(1);
    }

    @Test
    void aFileOfAnEarlierMonthLeavesAllOfIt() throws IOException {
        QuotaFile.write(file(), new QuotaFile.Content(YearMonth.of(2026, 10), QUOTA));
        assertThat(keeper(QUOTA).begin()).isEqualTo(QUOTA);
    }

    @Test
    void aClockThatWasSetBackGivesNoFreshQuotaAndLocksNobodyOut() throws IOException {
        QuotaFile.write(file(), new QuotaFile.Content(YearMonth.of(2099, 1), 300_000_000));
        QuotaKeeper running = started(QUOTA);
        assertThat(running.account(0).usedBytes()).isEqualTo(300_000_000);

        clock.now = Instant.parse("2026-12-01T00:00:00Z");
        await().atMost(LIMIT).until(() -> renewals.get() == 1);
        stop(running);
        assertThat(kept()).isEqualTo(new QuotaFile.Content(YearMonth.of(2026, 12), 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "tunnel8-quota-1 2026-11 12345 00000000\n",
                "tunnel8-quota-1 2026-11 0 \n",
                "tunnel8-quota-1",
                "all is well\n"
            })
    void aDamagedFileCountsAsUsedUpUntilTheMonthEndsAndIsTold(String content) throws IOException {
        Files.writeString(file(), content);
        QuotaKeeper running = started(QUOTA);

        assertThat(running.account(0).usedBytes()).isEqualTo(QUOTA);
        assertThat(troubles).singleElement().asString().contains("the quota file is damaged", "taken away");
        clock.now = Instant.parse("2027-01-01T00:00:00Z");
        await().atMost(LIMIT).until(() -> renewals.get() == 1);
        stop(running);
        assertThat(kept().usedBytes()).isZero();
    }

    @Test
    void everyBitOfTheFileCounts() throws IOException {
        QuotaFile.write(file(), new QuotaFile.Content(NOVEMBER, 123_456));
        byte[] bytes = Files.readAllBytes(file());
        for (int i = 0; i < bytes.length * 8; i++) {
            byte[] damaged = bytes.clone();
            damaged[i / 8] ^= (byte) (1 << i % 8);
            Files.write(file(), damaged);
            assertThatThrownBy(() -> QuotaFile.read(file()))
                    .as("bit %d", i)
                    .isInstanceOf(QuotaFile.DamagedException.class);
        }
    }

    @Test
    void whatIsNoFileCountsAsUsedUp() throws IOException {
        Files.createDirectory(file());
        assertThat(keeper(QUOTA).begin()).isZero();
        assertThat(troubles).singleElement().asString().contains("cannot be read");
    }

    @Test
    void aSmallerQuotaThanIsUsedLeavesNothing() throws IOException {
        QuotaFile.write(file(), new QuotaFile.Content(NOVEMBER, 2_000));
        assertThat(keeper(1_000).begin()).isZero();
        assertThat(troubles).isEmpty();
    }

    @Test
    void tellsOnceThatItCannotWrite() {
        QuotaSettings nowhere = new QuotaSettings(QUOTA, folder.resolve("no/quota"), troubles::add);
        QuotaKeeper keeper = new QuotaKeeper(nowhere, loop, "quota-writer-test", clock, SOON_NANOS);
        keeper.begin();
        loop.execute(() -> keeper.start(() -> carried.addAndGet(10 * STEP), bytes -> renewals.incrementAndGet()));
        await().atMost(LIMIT).until(() -> carried.get() > 60 * STEP);
        stop(keeper);

        assertThat(troubles).singleElement().asString().contains("cannot be written");
    }
}
