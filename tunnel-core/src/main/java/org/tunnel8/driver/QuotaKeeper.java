package org.tunnel8.driver;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * Keeps the account of a monthly quota across runs: reads it before the start, says what is left, and renews it when a
 * month begins. Months are those of UTC.
 *
 * <p>The file is ahead of the engine: what it calls used includes a step that may be used before it is written next. So a
 * run that ends badly counts up to a step more than was carried, and never less, as long as the disk keeps up; a clean end
 * writes what was. A file that is damaged or cannot be read counts as a month that is used up, since a fresh quota would
 * be the operator's loss; who wants one takes the file away. A file of a month that is yet to come, as a clock that was
 * set back leaves it, counts for this month.
 *
 * <p>Loop thread only, where nothing else is said; files are written on a thread of its own.
 */
final class QuotaKeeper {
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_STEP_BYTES = 64L << 10;
    private static final long MOST_STEP_BYTES = 64L << 20;
    private static final int STEPS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(QuotaKeeper.class);

    private final QuotaSettings settings;
    private final TransportLoop loop;
    private final CallbackThread writer;
    private final Clock clock;
    private final long checkNanos;
    private final AtomicBoolean failing = new AtomicBoolean();
    private final long leastStepBytes;
    private YearMonth month;
    private long usedBeforeBytes;
    private long carriedBeforeBytes;
    private long writtenBytes;
    private long lastCarriedBytes;
    private @Nullable Cancellable next;

    QuotaKeeper(QuotaSettings settings, TransportLoop loop, String threadName) {
        this(settings, loop, threadName, Clock.systemUTC(), CHECK_NANOS);
    }

    /** With a clock of its own, and looked at more often or less. */
    QuotaKeeper(QuotaSettings settings, TransportLoop loop, String threadName, Clock clock, long checkNanos) {
        this.settings = settings;
        this.loop = loop;
        this.writer = new CallbackThread(threadName);
        this.clock = clock;
        this.checkNanos = checkNanos;
        this.leastStepBytes = Math.min(MOST_STEP_BYTES, Math.max(LEAST_STEP_BYTES, settings.bytesPerMonth() / STEPS));
        this.month = now();
    }

    private YearMonth now() {
        return YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC));
    }

    /** Reads the file; what is left of this month's quota. */
    long begin() {
        try {
            QuotaFile.Content kept = QuotaFile.read(settings.file());
            usedBeforeBytes = kept == null || kept.month().isBefore(month) ? 0 : kept.usedBytes();
        } catch (IOException | SecurityException e) {
            log.debug("the quota file cannot be used", LogDetail.of(e));
            usedBeforeBytes = settings.bytesPerMonth();
            String what = e instanceof QuotaFile.DamagedException
                    ? "is damaged"
                    : "cannot be read (" + e.getClass().getSimpleName() + ")";
            trouble(what
                    + "; nothing is carried for others this month, unless it is taken away and the node restarted");
        }
        return leftBytes();
    }

    private long leftBytes() {
        return Math.max(0, settings.bytesPerMonth() - usedBeforeBytes);
    }

    /**
     * Keeps the account from now on.
     *
     * @param carried bytes that the engine has carried since it was made
     * @param renewed gives the engine a new month's quota
     */
    void start(LongSupplier carried, LongConsumer renewed) {
        check(carried, renewed);
    }

    private void check(LongSupplier carried, LongConsumer renewed) {
        next = loop.schedule(() -> check(carried, renewed), checkNanos);
        long carriedBytes = carried.getAsLong();
        boolean begins = now().isAfter(month);
        if (begins) {
            month = now();
            usedBeforeBytes = 0;
            carriedBeforeBytes = carriedBytes;
            writtenBytes = 0;
            renewed.accept(settings.bytesPerMonth());
        }
        long step = Math.max(leastStepBytes, 4 * (carriedBytes - lastCarriedBytes));
        lastCarriedBytes = carriedBytes;
        long used = usedBytes(carriedBytes);
        long ahead = Math.min(used + step, Math.max(used, settings.bytesPerMonth()));
        if (begins || ahead - writtenBytes > step / 2) {
            write(ahead);
        }
    }

    /** Writes for the last time, as it is. */
    void stop(long carriedBytes) {
        if (next != null) {
            next.cancel();
        }
        write(usedBytes(carriedBytes));
    }

    /** How the quota stands. */
    QuotaAccount account(long carriedBytes) {
        Instant renewal =
                month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        return new QuotaAccount(settings.bytesPerMonth(), usedBytes(carriedBytes), renewal);
    }

    private long usedBytes(long carriedBytes) {
        return usedBeforeBytes + carriedBytes - carriedBeforeBytes;
    }

    private void write(long usedBytes) {
        writtenBytes = usedBytes;
        QuotaFile.Content content = new QuotaFile.Content(month, usedBytes);
        writer.execute(() -> {
            try {
                QuotaFile.write(settings.file(), content);
                failing.set(false);
            } catch (IOException | SecurityException e) {
                log.debug("the quota file cannot be written", LogDetail.of(e));
                if (!failing.getAndSet(true)) {
                    trouble("cannot be written (" + e.getClass().getSimpleName()
                            + "); what is used now will be forgotten with this run");
                }
            }
        });
    }

    /** Waits a moment for the last write. Not for the loop's thread. */
    void awaitEnd() {
        writer.close();
    }

    private void trouble(String what) {
        log.warn("the quota file {}", what);
        settings.onTrouble().accept("the quota file " + what);
    }
}
