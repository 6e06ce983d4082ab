package org.tunnel8.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** tcpdump at a host's cable. For one thread. */
final class Capture {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /** Heads, and the first part of what an ICMP error quotes or a name server is asked. */
    private static final String SNAP_BYTES = "256";
    /** The kernel's buffer between cable and tcpdump, in KiB: seconds of a full transfer on a machine that is busy. */
    private static final String BUFFER_KIB = "16384";

    private static final Pattern LOST = Pattern.compile("(\\d+) packets? dropped by (kernel|interface)");

    private final LabProcess tcpdump;
    private final Path log;
    private final PcapReader reader;

    private Capture(LabProcess tcpdump, Path log, PcapReader reader) {
        this.tcpdump = tcpdump;
        this.log = log;
        this.reader = reader;
    }

    /** Starts it; when this returns, it sees everything. */
    static Capture start(LeakLab lab, LabHost host) {
        Path file = lab.folder().resolve(host.name() + ".pcap");
        String name = host.name() + "-tcpdump";
        Path log = lab.folder().resolve(name + ".log");
        LabProcess tcpdump = lab.start(
                host,
                name,
                List.of(
                        "tcpdump",
                        "-i",
                        "eth0",
                        "-n",
                        "-p",
                        "-s",
                        SNAP_BYTES,
                        "-B",
                        BUFFER_KIB,
                        "--immediate-mode",
                        "-U",
                        "-Z",
                        "root",
                        "-w",
                        file.toString()));
        Waiting.until(
                "tcpdump listens on " + host.name() + ", see " + log,
                START_LIMIT,
                () -> Files.readString(log).contains("listening on") && Files.isRegularFile(file));
        return new Capture(tcpdump, log, new PcapReader(file));
    }

    /** What was seen since the last call. */
    List<Frame> news() {
        try {
            return reader.read();
        } catch (IOException e) {
            throw new UncheckedIOException("the capture cannot be read", e);
        }
    }

    /** Ends it; {@link #news} then gives the rest. Returns how many packets it missed, by its own account. */
    int stop() {
        tcpdump.stop();
        try {
            Matcher lost = LOST.matcher(Files.readString(log));
            int sum = 0;
            boolean told = false;
            while (lost.find()) {
                sum += Integer.parseInt(lost.group(1));
                told = true;
            }
            if (!told) {
                throw new AssertionError("tcpdump does not say what it missed, see " + log);
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException("tcpdump's account cannot be read", e);
        }
    }
}
