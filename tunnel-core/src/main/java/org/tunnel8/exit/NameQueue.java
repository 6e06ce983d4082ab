package org.tunnel8.exit;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;

/** Datagrams that wait until the name of their target is resolved. Bounded in each direction. Engine thread only. */
final class NameQueue {
    /** Names waited for at a time; as many as the edge's resolver takes. */
    static final int MAX_NAMES = 256;
    /** Datagrams waiting for one name (PROTOCOL.md §10). */
    static final int MAX_PER_NAME = 10;
    /** Datagrams of one circuit: a client's trackers at once, and no more than a quarter of all names. */
    static final int MAX_PER_PATH = 64;

    private final Map<String, Queue<Waiting>> byName = new HashMap<>();
    private final Map<JoinedPath, Integer> countByPath = new HashMap<>();

    /** A datagram of a circuit, and the port it is meant for. */
    record Waiting(JoinedPath path, int port, ByteString payload) {}

    /** What became of a datagram. */
    enum Outcome {
        /** It waits, and is the first for its name: the name has to be asked for. */
        ASK,
        /** It waits with others. */
        WAITS,
        /** There is no place for it. */
        FULL
    }

    Outcome add(JoinedPath path, HostAddress target, ByteString payload) {
        int ofPath = countByPath.getOrDefault(path, 0);
        Queue<Waiting> queue = byName.get(target.host());
        int places = queue == null ? MAX_NAMES - byName.size() : MAX_PER_NAME - queue.size();
        if (ofPath >= MAX_PER_PATH || places <= 0) {
            return Outcome.FULL;
        }
        countByPath.put(path, ofPath + 1);
        Waiting waiting = new Waiting(path, target.port(), payload);
        if (queue != null) {
            queue.add(waiting);
            return Outcome.WAITS;
        }
        byName.put(target.host(), new ArrayDeque<>(List.of(waiting)));
        return Outcome.ASK;
    }

    List<TableSize> tables() {
        int datagrams = 0;
        for (Queue<Waiting> queue : byName.values()) {
            datagrams += queue.size();
        }
        return List.of(
                new TableSize("names being resolved", byName.size(), MAX_NAMES),
                new TableSize("datagrams waiting for names", datagrams, MAX_PER_NAME * MAX_NAMES));
    }

    /** Takes out what waits for a name. */
    Collection<Waiting> take(String host) {
        Queue<Waiting> queue = byName.remove(host);
        if (queue == null) {
            return List.of();
        }
        for (Waiting waiting : queue) {
            countByPath.computeIfPresent(waiting.path, (path, count) -> count > 1 ? count - 1 : null);
        }
        return queue;
    }
}
