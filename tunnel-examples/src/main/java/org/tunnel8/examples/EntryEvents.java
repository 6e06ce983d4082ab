package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.util.function.Consumer;
import org.tunnel8.TunnelEvent;

/** Reports whether there is a way into the network (edge case 1), and trouble with the file of remembered peers. */
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
        }
    }

    private void tell(String name, String reason) {
        JsonObject line = new JsonObject();
        line.addProperty("event", name);
        line.addProperty("reason", reason);
        report.json(line);
    }
}
