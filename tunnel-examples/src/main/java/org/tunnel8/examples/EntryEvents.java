package org.tunnel8.examples;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DirectConsent;
import org.tunnel8.NatStatus;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelTrouble;

/**
 * Reports why there is no circuit, whether there is a way into the network (edge case 1), what NAT we are behind (edge case
 * 2), and trouble with the file of remembered peers, flows that had to leave their circuit, how a quota for others stands,
 * and what leases of direct connections do.
 */
final class EntryEvents implements Consumer<TunnelEvent> {
    private static final double MILLIS_PER_SECOND = 1e3;
    /** What passes sooner is not told to people: a client that starts goes from one reason to the next. */
    private static final int LASTING_SECONDS = 3;

    private final Report report;
    private volatile Optional<TunnelTrouble.Kind> trouble = Optional.empty();
    /** What came before the command's own first line; null once that is out. */
    private @Nullable List<TunnelEvent> held;

    EntryEvents(Report report) {
        this.report = report;
    }

    /** As the constructor, but tells nothing before {@link #begin}: the first line is the command's own. */
    static EntryEvents held(Report report) {
        EntryEvents events = new EntryEvents(report);
        events.held = new ArrayList<>();
        return events;
    }

    /** Tells what has happened meanwhile, and from now on all at once. */
    synchronized void begin() {
        List<TunnelEvent> before = held == null ? List.of() : held;
        held = null;
        before.forEach(this);
    }

    @Override
    public synchronized void accept(TunnelEvent event) {
        if (held != null) {
            held.add(event);
            return;
        }
        if (event instanceof TunnelEvent.Degraded degraded) {
            tell("degraded", degraded.reason());
            report.text("anonymous routing is unavailable: %s", degraded.reason());
        } else if (event instanceof TunnelEvent.TroubleChanged changed) {
            tell(changed.trouble());
        } else if (event instanceof TunnelEvent.Recovered recovered) {
            double seconds = recovered.after().toMillis() / MILLIS_PER_SECOND;
            JsonObject line = new JsonObject();
            line.addProperty("event", "recovered");
            line.addProperty("seconds", Report.rounded(seconds));
            report.json(line);
            report.text("somebody answers again, after %.1f s", seconds);
        } else if (event instanceof TunnelEvent.MemoryTrouble trouble) {
            tell("memory", trouble.reason());
            report.text("%s", trouble.reason());
        } else if (event instanceof TunnelEvent.FlowsMoved moved) {
            JsonObject line = new JsonObject();
            line.addProperty("event", "flows-moved");
            line.addProperty("flows", moved.flows());
            line.addProperty("reason", moved.reason());
            report.json(line);
            report.text("a circuit failed (%s); flows that left it: %d", moved.reason(), moved.flows());
        } else if (event instanceof TunnelEvent.QuotaTrouble trouble) {
            tell("quota-trouble", trouble.reason());
            report.text("%s", trouble.reason());
        } else if (event instanceof TunnelEvent.QuotaUsedUp usedUp) {
            JsonObject line = new JsonObject();
            line.addProperty("event", "quota-used-up");
            line.addProperty("quotaBytes", usedUp.bytesPerMonth());
            line.addProperty("renewal", usedUp.renewal().toString());
            report.json(line);
            report.text("the quota is used up; others are served again from %s on", usedUp.renewal());
        } else if (event instanceof TunnelEvent.QuotaRenewed renewed) {
            JsonObject line = new JsonObject();
            line.addProperty("event", "quota-renewed");
            line.addProperty("quotaBytes", renewed.bytesPerMonth());
            report.json(line);
            report.text("a month has begun: others are served again");
        } else if (event instanceof TunnelEvent.DirectConnectionsAllowed allowed) {
            JsonObject line = new JsonObject();
            line.addProperty("event", "direct-connections-allowed");
            line.add("scopes", scopes(allowed.consent()));
            line.addProperty("until", allowed.until().toString());
            report.json(line);
            report.text("direct connections are allowed until %s", allowed.until());
        } else if (event instanceof TunnelEvent.DirectConnectionsUsed used) {
            JsonObject line = new JsonObject();
            line.addProperty("event", "direct-connections-used");
            line.addProperty("scope", used.scope().name());
            report.json(line);
            report.text("there is no circuit: traffic goes directly now (%s)", used.scope());
        } else if (event instanceof TunnelEvent.DirectConnectionsEnded ended) {
            tell("direct-connections-ended", ended.reason().name());
            report.text("direct connections are no longer allowed (%s)", ended.reason());
        } else if (event instanceof TunnelEvent.NatChanged changed) {
            tell("nat", changed.nat());
            report.text("%s", changed.nat().explanation());
        } else if (event instanceof TunnelEvent.PuncturesFailing failing) {
            tell("punctures-failing", failing.nat());
            report.text(
                    "most peers behind NATs cannot be reached: %d of the last %d failed",
                    failing.nat().failedPunctures(), failing.nat().punctures());
        } else if (event instanceof TunnelEvent.PuncturesRecovered recovered) {
            tell("punctures-recovered", recovered.nat());
            report.text("peers behind NATs can be reached again");
        }
    }

    private void tell(Optional<TunnelTrouble> changed) {
        if (changed.map(TunnelTrouble::kind).equals(Optional.of(TunnelTrouble.Kind.CLOSED))) {
            return; // by the command itself, which has said so
        }
        JsonObject line = new JsonObject();
        line.addProperty("event", "trouble");
        line.addProperty("kind", changed.map(told -> told.kind().name()).orElse("NONE"));
        line.addProperty("sentence", changed.map(TunnelTrouble::sentence).orElse(""));
        line.addProperty("remedy", changed.map(TunnelTrouble::remedy).orElse(""));
        report.json(line);
        trouble = changed.map(TunnelTrouble::kind);
        changed.filter(told -> told.kind() != TunnelTrouble.Kind.BUILDING)
                .ifPresent(told -> CompletableFuture.delayedExecutor(LASTING_SECONDS, TimeUnit.SECONDS)
                        .execute(() -> tellIfItLasts(told)));
    }

    private void tellIfItLasts(TunnelTrouble told) {
        if (trouble.equals(Optional.of(told.kind()))) {
            report.text("no circuit can be used: %s; %s", told.sentence(), told.remedy());
        }
    }

    private static JsonArray scopes(DirectConsent consent) {
        JsonArray names = new JsonArray();
        consent.scopes().forEach(scope -> names.add(scope.name()));
        return names;
    }

    private void tell(String name, NatStatus nat) {
        JsonObject line = new JsonObject();
        line.addProperty("event", name);
        line.addProperty("type", nat.type().name());
        line.addProperty("relayOnly", nat.isRelayOnly());
        line.addProperty("voters", nat.voters());
        line.addProperty("agreeing", nat.agreeing());
        line.addProperty("ports", nat.ports());
        line.addProperty("punctures", nat.punctures());
        line.addProperty("failedPunctures", nat.failedPunctures());
        report.json(line);
    }

    private void tell(String name, String reason) {
        JsonObject line = new JsonObject();
        line.addProperty("event", name);
        line.addProperty("reason", reason);
        report.json(line);
    }
}
