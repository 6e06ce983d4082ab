package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.tunnel8.CircuitStatus;
import org.tunnel8.TunnelStatus;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;

/** Tells how a demo goes, in words or in lines of JSON. */
final class DemoReport {
    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024;

    /**
     * How a demo ended.
     *
     * @param hops hops of the circuit
     * @param bytes the file's length
     * @param verified whether all of it arrived unchanged
     * @param seconds how long the download took; 0 if it was not completed
     * @param circuitSeconds how long the client took from its start to its first circuit
     * @param seenPeers whom the seeder saw
     * @param exits the outside sockets of the exits
     * @param client the client's own socket
     */
    record Verdict(
            int hops,
            long bytes,
            boolean verified,
            double seconds,
            double circuitSeconds,
            Set<String> seenPeers,
            Set<String> exits,
            String client) {
        boolean onlyExitsSeen() {
            return !seenPeers.isEmpty() && exits.containsAll(seenPeers);
        }

        boolean ok() {
            return verified && onlyExitsSeen();
        }

        double mebibytesPerSecond() {
            return seconds > 0 ? bytes / BYTES_PER_MEBIBYTE / seconds : 0;
        }
    }

    private final Report report;

    DemoReport(Report report) {
        this.report = report;
    }

    void network(EmbeddedNetwork network) {
        List<String> bootstrap = texts(network.network().bootstrap());
        List<String> relays =
                texts(network.relays().stream().map(TunnelNode::address).toList());
        List<String> exits =
                texts(network.exits().stream().map(TunnelNode::address).toList());
        JsonObject line = new JsonObject();
        line.addProperty("event", "network");
        line.add("bootstrap", Endpoints.array(bootstrap));
        line.add("relays", Endpoints.array(relays));
        line.add("exits", Endpoints.array(exits));
        report.json(line);
        report.text("bootstrap  %s", String.join(" ", bootstrap));
        report.text("relays     %s", relays.isEmpty() ? "none" : String.join(" ", relays));
        report.text("exits      %s", String.join(" ", exits));
    }

    private static List<String> texts(Collection<InetSocketAddress> addresses) {
        return addresses.stream().map(Endpoints::text).toList();
    }

    void circuit(TunnelStatus status, int hops, double seconds) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "circuit");
        line.addProperty("hops", hops);
        line.addProperty("circuits", status.readyCircuits());
        line.addProperty("seconds", Report.rounded(seconds));
        report.json(line);
        report.text("client     ready after %.2f s", seconds);
        for (CircuitStatus circuit : status.circuits()) {
            report.text(
                    "circuit    %d of %d hops, %s, %s",
                    circuit.hops(),
                    circuit.goalHops(),
                    circuit.primary() ? "primary" : "standby",
                    circuit.ready() ? "built in " + circuit.buildTime().toMillis() + " ms" : "being built");
        }
    }

    void progress(long doneBytes, long totalBytes) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "progress");
        line.addProperty("bytes", doneBytes);
        line.addProperty("totalBytes", totalBytes);
        report.json(line);
    }

    void verdict(Verdict verdict) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "demo");
        line.addProperty("ok", verdict.ok());
        line.addProperty("hops", verdict.hops());
        line.addProperty("bytes", verdict.bytes());
        line.addProperty("verified", verdict.verified());
        line.addProperty("seconds", Report.rounded(verdict.seconds()));
        line.addProperty("mibPerSecond", Report.rounded(verdict.mebibytesPerSecond()));
        line.addProperty("circuitSeconds", Report.rounded(verdict.circuitSeconds()));
        line.add("seenBySwarm", Endpoints.array(verdict.seenPeers()));
        line.add("exits", Endpoints.array(verdict.exits()));
        line.addProperty("client", verdict.client());
        report.json(line);
        if (verdict.seconds() > 0) {
            report.text(
                    "download   %.0f MiB in %.1f s, %.1f MiB/s; the file is %s",
                    verdict.bytes() / BYTES_PER_MEBIBYTE,
                    verdict.seconds(),
                    verdict.mebibytesPerSecond(),
                    verdict.verified() ? "identical" : "DAMAGED");
        }
        if (!verdict.seenPeers().isEmpty()) {
            report.text(
                    "seen       the seeder saw %s, which is %s; the client is %s",
                    String.join(" ", verdict.seenPeers()),
                    verdict.onlyExitsSeen() ? "nobody but exits" : "NOT ONLY EXITS",
                    verdict.client());
        }
        report.text(verdict.ok() ? "ok" : "FAILED");
    }
}
