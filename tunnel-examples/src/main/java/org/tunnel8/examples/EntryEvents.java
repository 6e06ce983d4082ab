package org.tunnel8.examples;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.function.Consumer;
import org.tunnel8.DirectConsent;
import org.tunnel8.NatStatus;
import org.tunnel8.TunnelEvent;

/** Reports whether there is a way into the network (edge case 1), what NAT we are behind (edge case 2), and trouble with
 * the file of remembered peers, flows that had to leave their circuit, how a quota for others stands, and what leases of direct connections do. */
final class EntryEvents implements Consumer<TunnelEvent> {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Report report;

    EntryEvents(Report report) {
        this.report = report;
    }

    @Override
    public void accept(TunnelEvent event) {
        if (event instanceof TunnelEvent.Degraded degraded) {
            tell("degraded", degraded.reason());
            report.text("anonymous routing is unavailable: %s", degraded.reason());
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
