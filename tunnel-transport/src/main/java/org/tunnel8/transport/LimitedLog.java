package org.tunnel8.transport;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs what a stranger can bring about, at DEBUG and each kind once in ten seconds, with a count of what was held back: a
 * log is a table that strangers can fill, too. Without messages of exceptions ({@link LogDetail}). Thread-safe.
 */
public final class LimitedLog {
    /** Kinds that are told apart; each is a text of the program's own. */
    private static final int MOST_KINDS = 32;

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoClock;
    private final Map<String, Held> kinds = new HashMap<>();

    private static final class Held {
        private long count;
        private long loggedNanos;
    }

    /**
     * Makes one.
     *
     * @param owner whose log it is
     * @param nanoClock a clock in nanoseconds that does not run backwards
     */
    public LimitedLog(Class<?> owner, LongSupplier nanoClock) {
        this.log = LoggerFactory.getLogger(owner);
        this.nanoClock = nanoClock;
    }

    /**
     * Logs, or counts.
     *
     * @param what a text of the program's own, of which there are few
     * @param failure what was thrown, if anything was
     */
    public void debug(String what, @Nullable Throwable failure) {
        if (!log.isDebugEnabled()) {
            return;
        }
        long times = admit(what);
        if (times > 0) {
            LoggingEventBuilder line = log.atDebug().addKeyValue("times", times);
            if (failure != null) {
                line = line.setCause(LogDetail.of(failure));
            }
            line.log(what);
        }
    }

    private synchronized long admit(String what) {
        long now = nanoClock.getAsLong();
        Held held = kinds.get(what);
        if (held == null) {
            if (kinds.size() < MOST_KINDS) {
                Held first = new Held();
                first.loggedNanos = now;
                kinds.put(what, first);
                return 1;
            }
            return 0;
        }
        held.count++;
        if (now - held.loggedNanos < INTERVAL_NANOS) {
            return 0;
        }
        long times = held.count;
        held.count = 0;
        held.loggedNanos = now;
        return times;
    }
}
