package org.tunnel8.exit;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;

/**
 * Remembers for a while what host names resolved to, also that they did not. Bounded, oldest out. Engine thread only.
 */
final class NameCache {
    /** Trackers change their addresses rarely, but an exit must not pin them for long. */
    static final long KEEP_NANOS = 60_000_000_000L;
    /** Names remembered at most. */
    static final int MAX_NAMES = 1_024;

    /** The longest that a DNS name can be in text. */
    private static final int LONGEST_NAME = 253;

    private final Deadlines deadlines;
    private final Map<String, Answer> answers = new LinkedHashMap<>();

    private record Answer(@Nullable InetAddress address, long untilNanos) {}

    /** What is known of a name. */
    enum Knowledge {
        /** Not asked lately. */
        UNKNOWN,
        /** It has an address. */
        RESOLVED,
        /** It has none. */
        NONE
    }

    NameCache(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /** Whether a text may be a name at all; what cannot is neither asked for nor kept. */
    static boolean isName(String host) {
        return !host.isEmpty() && host.length() <= LONGEST_NAME;
    }

    /** Remembers the answer for a name; of several addresses the first IPv4 one, else the first (PROTOCOL.md §10). */
    void put(String host, List<InetAddress> addresses) {
        InetAddress chosen = addresses.isEmpty() ? null : addresses.get(0);
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address) {
                chosen = address;
                break;
            }
        }
        answers.remove(host);
        if (answers.size() >= MAX_NAMES) {
            answers.remove(answers.keySet().iterator().next());
        }
        answers.put(host, new Answer(chosen, deadlines.nowNanos() + KEEP_NANOS));
    }

    Knowledge knows(String host) {
        Answer answer = answers.get(host);
        if (answer == null || answer.untilNanos < deadlines.nowNanos()) {
            return Knowledge.UNKNOWN;
        }
        return answer.address == null ? Knowledge.NONE : Knowledge.RESOLVED;
    }

    @Nullable
    InetAddress address(String host) {
        Answer answer = answers.get(host);
        return answer == null ? null : answer.address;
    }

    TableSize table() {
        return new TableSize("names remembered", answers.size(), MAX_NAMES);
    }
}
