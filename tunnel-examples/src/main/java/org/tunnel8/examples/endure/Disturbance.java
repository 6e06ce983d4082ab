package org.tunnel8.examples.endure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.CircuitStatus;

/** Kills a hop of the circuit in use now and then, and brings it back soon after. For one thread, which calls often. */
final class Disturbance {
    private static final Logger log = LoggerFactory.getLogger(Disturbance.class);

    private final KillPlan plan;
    private final long everyNanos;
    private final long downNanos;
    private final DownloadListener listener;
    private final Map<Member, Long> backNanos = new ConcurrentHashMap<>();
    private final Map<Member, CompletableFuture<Void>> starting = new ConcurrentHashMap<>();
    private final long startNanos;
    private long nextKillNanos;
    private int kills;

    /**
     * Begins; the first is killed after one interval.
     *
     * @param members who may be killed
     * @param every time between two kills
     * @param down how long one that was killed is away before it is started again
     * @param listener hears of it
     * @param nowNanos the time
     */
    Disturbance(List<Member> members, Duration every, Duration down, DownloadListener listener, long nowNanos) {
        this.plan = new KillPlan(members);
        this.everyNanos = every.toNanos();
        this.downNanos = down.toNanos();
        this.listener = listener;
        this.startNanos = nowNanos;
        this.nextKillNanos = nowNanos + everyNanos;
    }

    int kills() {
        return kills;
    }

    /**
     * Does what is due. Where no circuit is in use, the kill waits for one.
     *
     * @param nowNanos the time
     * @param circuits the client's circuits
     * @throws IllegalStateException if one that was killed does not come back
     */
    void look(long nowNanos, List<CircuitStatus> circuits) {
        bringBack(nowNanos);
        if (nowNanos >= nextKillNanos) {
            plan.next(circuits).ifPresent(victim -> kill(victim, nowNanos));
        }
    }

    /** Kills nobody any more, and waits until all are back. */
    void end() {
        nextKillNanos = Long.MAX_VALUE;
        bringBack(Long.MAX_VALUE);
        CompletableFuture.allOf(starting.values().toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private void kill(KillPlan.Victim victim, long nowNanos) {
        victim.member().kill();
        kills++;
        nextKillNanos = nowNanos + everyNanos;
        backNanos.put(victim.member(), nowNanos + downNanos);
        log.debug("killed {}, hop {}", victim.member().name(), victim.hop());
        listener.onKilled(victim.member(), victim.hop(), victim.exit(), Duration.ofNanos(nowNanos - startNanos));
    }

    private void bringBack(long nowNanos) {
        backNanos.forEach((member, due) -> {
            if (nowNanos >= due) {
                backNanos.remove(member);
                starting.put(member, member.restart());
            }
        });
        starting.forEach((member, started) -> {
            if (started.isDone()) {
                started.join();
                starting.remove(member);
                log.debug("{} is back", member.name());
                listener.onBack(member, Duration.ofNanos(nowNanos - startNanos));
            }
        });
    }
}
