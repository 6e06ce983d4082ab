package org.tunnel8.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The UDP sockets of a process, as the kernel has them. */
final class ProcessSockets {
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    /** 127.0.0.1, alone and within IPv6, and ::1, as /proc/net writes them. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    /** Columns of /proc/net/udp. */
    private static final int LOCAL_ENDPOINT = 1;

    private static final int INODE = 9;

    private ProcessSockets() {}

    /** The local ports of those that are not bound to loopback. */
    static List<Integer> udpPortsBeyondLoopback(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        List<Integer> ports = new ArrayList<>();
        try {
            Set<String> own = inodes(process.resolve("fd"));
            for (String table : List.of("udp", "udp6")) {
                // Of the network namespace that the process is in.
                List<String> lines = Files.readAllLines(process.resolve("net").resolve(table));
                for (String line : lines.subList(1, lines.size())) {
                    String[] columns = SPACES.split(line.strip());
                    String[] local = columns[LOCAL_ENDPOINT].split(":");
                    if (own.contains(columns[INODE]) && !LOOPBACK.contains(local[0])) {
                        ports.add(Integer.parseInt(local[1], 16));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the sockets of a process cannot be seen", e);
        }
        return ports;
    }

    private static Set<String> inodes(Path descriptors) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path descriptor : all.toList()) {
                Matcher socket = SOCKET.matcher(target(descriptor));
                if (socket.matches()) {
                    inodes.add(socket.group(1));
                }
            }
        }
        return inodes;
    }

    private static String target(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closedMeanwhile) {
            return "";
        }
    }
}
