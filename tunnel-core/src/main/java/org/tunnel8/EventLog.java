package org.tunnel8;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes what happens in a client or node to the log (FR-024), each kind of event at one level, with its figures as
 * key-value pairs and without addresses (D12): ERROR when nothing goes on by itself, WARN when the user may have to do
 * something, INFO when it begins or ends that the client can be used, DEBUG for single circuits and peers.
 */
public final class EventLog {
    /** How many peers there are is told so often at most: strangers come and go as they like. */
    private static final long PEERS_NANOS = 10_000_000_000L;

    private final Logger log;
    private final LongSupplier nanoClock;
    private long peersNanos;
    private boolean peersTold;

    /**
     * Makes one, for one thread at a time.
     *
     * @param owner whose log it is
     * @param nanoClock a clock in nanoseconds that does not run backwards
     */
    public EventLog(Class<?> owner, LongSupplier nanoClock) {
        this.log = LoggerFactory.getLogger(owner);
        this.nanoClock = nanoClock;
    }

    /**
     * Logs an event.
     *
     * @param event what has happened
     */
    public void write(TunnelEvent event) {
        Line line = lineOf(event);
        if (line != null && log.isEnabledForLevel(line.level) && !isHeldBack(event)) {
            LoggingEventBuilder builder = log.atLevel(line.level);
            for (int i = 0; i < line.pairs.length; i += 2) {
                builder = builder.addKeyValue((String) line.pairs[i], line.pairs[i + 1]);
            }
            builder.log(line.what);
        }
    }

    private boolean isHeldBack(TunnelEvent event) {
        if (!(event instanceof TunnelEvent.PeersChanged)) {
            return false;
        }
        long now = nanoClock.getAsLong();
        if (peersTold && now - peersNanos < PEERS_NANOS) {
            return true;
        }
        peersTold = true;
        peersNanos = now;
        return false;
    }

    /** A line of the log: keys and values in turn. */
    private static final class Line {
        private final Level level;
        private final String what;
        private final Object[] pairs;

        Line(Level level, String what, Object... pairs) {
            this.level = level;
            this.what = what;
            this.pairs = pairs;
        }
    }

    /** Null for what is logged where it happens, with more than the event tells. */
    private static @Nullable Line lineOf(TunnelEvent event) {
        if (event instanceof TunnelEvent.CircuitReady ready) {
            long millis = ready.buildTime().toMillis();
            return new Line(Level.DEBUG, "a circuit is ready", "hops", ready.hops(), "millis", millis);
        }
        if (event instanceof TunnelEvent.CircuitClosed closed) {
            return new Line(
                    Level.DEBUG,
                    "a circuit has ended",
                    "hops",
                    closed.hops(),
                    "reason",
                    closed.reason(),
                    "wasReady",
                    closed.wasReady());
        }
        if (event instanceof TunnelEvent.PeersChanged changed) {
            return new Line(Level.DEBUG, "the number of peers has changed", "peers", changed.peers());
        }
        if (event instanceof TunnelEvent.FlowsMoved moved) {
            return new Line(Level.INFO, "flows have left a circuit", "flows", moved.flows(), "reason", moved.reason());
        }
        if (event instanceof TunnelEvent.Ready ready) {
            return new Line(
                    Level.INFO, "circuits can be used", "millis", ready.since().toMillis());
        }
        if (event instanceof TunnelEvent.Unavailable) {
            return new Line(Level.WARN, "no circuit is ready any more");
        }
        if (event instanceof TunnelEvent.TroubleChanged changed) {
            return lineOf(changed);
        }
        if (event instanceof TunnelEvent.Degraded degraded) {
            return new Line(Level.WARN, "anonymous routing is unavailable", "reason", degraded.reason());
        }
        if (event instanceof TunnelEvent.Recovered recovered) {
            long millis = recovered.after().toMillis();
            return new Line(Level.INFO, "there is a way into the network again", "millis", millis);
        }
        if (event instanceof TunnelEvent.NatChanged changed) {
            return lineOf(Level.INFO, "the NAT is known", changed.nat());
        }
        if (event instanceof TunnelEvent.PuncturesFailing failing) {
            return lineOf(Level.WARN, "most peers behind NATs cannot be reached", failing.nat());
        }
        if (event instanceof TunnelEvent.PuncturesRecovered recovered) {
            return lineOf(Level.INFO, "peers behind NATs can be reached again", recovered.nat());
        }
        if (event instanceof TunnelEvent.QuotaUsedUp used) {
            return new Line(
                    Level.WARN,
                    "what is carried for others in a month is used up",
                    "bytesPerMonth",
                    used.bytesPerMonth(),
                    "renewal",
                    used.renewal());
        }
        if (event instanceof TunnelEvent.QuotaRenewed renewed) {
            long bytes = renewed.bytesPerMonth();
            return new Line(Level.INFO, "a month has begun, and others are served again", "bytesPerMonth", bytes);
        }
        if (event instanceof TunnelEvent.PortLost) {
            return new Line(
                    Level.ERROR, "the system has closed the UDP port: close this client or node and build another");
        }
        return null;
    }

    private static Line lineOf(TunnelEvent.TroubleChanged changed) {
        if (changed.trouble().isEmpty()) {
            return new Line(Level.INFO, "nothing stands in the way of circuits any more");
        }
        TunnelTrouble trouble = changed.trouble().get();
        return new Line(
                Level.INFO,
                "no circuit can be used",
                "reason",
                trouble.kind(),
                "sentence",
                trouble.sentence(),
                "remedy",
                trouble.remedy());
    }

    private static Line lineOf(Level level, String what, NatStatus nat) {
        return new Line(level, what, "type", nat.type(), "explanation", nat.explanation());
    }
}
