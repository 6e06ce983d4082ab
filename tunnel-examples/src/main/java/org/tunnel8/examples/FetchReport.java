package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Tells how a fetch goes, in words or in lines of JSON. Thread-safe. */
final class FetchReport {
    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024;

    /** JSON readers get a line of progress at most so often. */
    private static final Duration JSON_INTERVAL = Duration.ofSeconds(1);

    /** And logs; a terminal has a bar. */
    private static final Duration TEXT_INTERVAL = Duration.ofSeconds(10);

    /** Each is told once; trackers fail again and again. */
    private static final int MOST_NOTES = 200;

    /**
     * How a fetch ended.
     *
     * @param client the torrent client
     * @param hops hops of the circuits
     * @param name the torrent's name; empty if it was not learned
     * @param bytes how much there is in all; 0 if it was not learned
     * @param doneBytes how much is there
     * @param deliveredBytes how much peers have sent this time
     * @param verified whether all is there and every piece matches its hash
     * @param seconds how long the download took
     * @param circuitSeconds how long the client took from its start to its first circuit
     * @param peers how many peers it was connected to
     */
    record Verdict(
            String client,
            int hops,
            String name,
            long bytes,
            long doneBytes,
            long deliveredBytes,
            boolean verified,
            double seconds,
            double circuitSeconds,
            int peers) {
        boolean ok() {
            return verified;
        }

        double mebibytesPerSecond() {
            return seconds > 0 ? deliveredBytes / BYTES_PER_MEBIBYTE / seconds : 0;
        }
    }

    private final Report report;
    private final Duration interval;
    private final Set<String> noted = new HashSet<>();
    private long toldNanos = System.nanoTime();

    FetchReport(Report report, boolean terminal) {
        this.report = report;
        this.interval = report.isJson() ? JSON_INTERVAL : terminal ? Duration.ofDays(1) : TEXT_INTERVAL;
    }

    void ready(int circuits, double seconds) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "ready");
        line.addProperty("circuits", circuits);
        line.addProperty("seconds", Report.rounded(seconds));
        report.json(line);
        report.text("ready      after %.1f s, circuits: %d", seconds, circuits);
    }

    void known(String name, long bytes) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "torrent");
        line.addProperty("name", name);
        line.addProperty("bytes", bytes);
        report.json(line);
        report.text("torrent    %s, %.1f MiB", printable(name), bytes / BYTES_PER_MEBIBYTE);
    }

    /** Tells what a torrent client has to say, each thing once. */
    void note(String text) {
        synchronized (noted) {
            if (noted.size() >= MOST_NOTES || !noted.add(text)) {
                return;
            }
        }
        JsonObject line = new JsonObject();
        line.addProperty("event", "note");
        line.addProperty("text", text);
        report.json(line);
        report.text("note       %s", printable(text));
    }

    void progress(long doneBytes, long totalBytes, int peers) {
        long now = System.nanoTime();
        if (now - toldNanos < interval.toNanos()) {
            return;
        }
        toldNanos = now;
        JsonObject line = new JsonObject();
        line.addProperty("event", "progress");
        line.addProperty("bytes", doneBytes);
        line.addProperty("totalBytes", totalBytes);
        line.addProperty("peers", peers);
        report.json(line);
        if (totalBytes > 0) {
            report.text(
                    "progress   %.1f of %.1f MiB, peers: %d",
                    doneBytes / BYTES_PER_MEBIBYTE, totalBytes / BYTES_PER_MEBIBYTE, peers);
        } else {
            report.text("progress   nothing is known of the torrent yet, peers: %d", peers);
        }
    }

    /** Strangers name torrents and word failures: nothing of it may steer a terminal. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
    }

    void verdict(Verdict verdict) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "fetch");
        line.addProperty("ok", verdict.ok());
        line.addProperty("client", verdict.client());
        line.addProperty("hops", verdict.hops());
        line.addProperty("name", verdict.name());
        line.addProperty("bytes", verdict.bytes());
        line.addProperty("doneBytes", verdict.doneBytes());
        line.addProperty("deliveredBytes", verdict.deliveredBytes());
        line.addProperty("verified", verdict.verified());
        line.addProperty("seconds", Report.rounded(verdict.seconds()));
        line.addProperty("mibPerSecond", Report.rounded(verdict.mebibytesPerSecond()));
        line.addProperty("circuitSeconds", Report.rounded(verdict.circuitSeconds()));
        line.addProperty("peers", verdict.peers());
        report.json(line);
        if (verdict.ok()) {
            report.text(
                    "done       %s, %.1f MiB; %.1f MiB came in %.1f s, %.2f MiB/s, from %d peers; every piece matches its hash",
                    printable(verdict.name()),
                    verdict.bytes() / BYTES_PER_MEBIBYTE,
                    verdict.deliveredBytes() / BYTES_PER_MEBIBYTE,
                    verdict.seconds(),
                    verdict.mebibytesPerSecond(),
                    verdict.peers());
        } else {
            report.text(
                    "NOT DONE   %.1f of %.1f MiB are there after %.1f s, from %d peers; the next fetch goes on from there",
                    verdict.doneBytes() / BYTES_PER_MEBIBYTE,
                    verdict.bytes() / BYTES_PER_MEBIBYTE,
                    verdict.seconds(),
                    verdict.peers());
        }
    }
}
