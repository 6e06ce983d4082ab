package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.exit.NameCache.Knowledge;
import org.tunnel8.time.Deadlines;

class NameCacheTest {
    private final Deadlines deadlines = new Deadlines(0);
    private final NameCache cache = new NameCache(deadlines);

    private static InetAddress ip(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void prefersIpv4() {
        cache.put("host", List.of(ip("::1"), ip("192.0.2.1"), ip("192.0.2.2")));

        assertThat(cache.knows("host")).isEqualTo(Knowledge.RESOLVED);
        assertThat(cache.address("host")).isEqualTo(ip("192.0.2.1"));
    }

    @Test
    void takesIpv6WhereThereIsNothingElse() {
        cache.put("host", List.of(ip("2001:db8::1")));

        assertThat(cache.address("host")).isEqualTo(ip("2001:db8::1"));
    }

    @Test
    void remembersThatThereIsNothingAndForgetsAfterAMinute() {
        assertThat(cache.knows("host")).isEqualTo(Knowledge.UNKNOWN);
        cache.put("host", List.of());
        assertThat(cache.knows("host")).isEqualTo(Knowledge.NONE);

        deadlines.advance(NameCache.KEEP_NANOS + 1);
        assertThat(cache.knows("host")).isEqualTo(Knowledge.UNKNOWN);
    }

    @Test
    void forgetsTheOldestWhenItIsFull() {
        for (int i = 0; i <= NameCache.MAX_NAMES; i++) {
            cache.put("host" + i, List.of(ip("192.0.2.1")));
        }

        assertThat(cache.knows("host0")).isEqualTo(Knowledge.UNKNOWN);
        assertThat(cache.knows("host1")).isEqualTo(Knowledge.RESOLVED);
        assertThat(cache.knows("host" + NameCache.MAX_NAMES)).isEqualTo(Knowledge.RESOLVED);
    }
}
