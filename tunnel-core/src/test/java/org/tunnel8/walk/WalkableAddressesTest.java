package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.wire.walk.WalkStyle;

class WalkableAddressesTest {
    private final WalkableAddresses addresses = new WalkableAddresses();

    private static WalkTarget target(String address, @Nullable String introducer) {
        return new WalkTarget(
                at(address),
                WalkStyle.OLD,
                introducer == null ? null : at(introducer + ":1").getAddress(),
                true);
    }

    private boolean add(String address, long nowNanos) {
        return addresses.add(new WalkTarget(at(address), WalkStyle.OLD), nowNanos);
    }

    private InetSocketAddress take(long nowNanos) {
        WalkTarget target = addresses.take(nowNanos);
        return target == null ? null : target.address();
    }

    @Test
    void givesTheNewestFirst() {
        add("198.51.100.1:1", 0);
        add("198.51.100.2:1", 1);
        add("198.51.100.1:1", 2);

        assertThat(take(3)).isEqualTo(at("198.51.100.1:1"));
        assertThat(take(3)).isEqualTo(at("198.51.100.2:1"));
        assertThat(take(3)).isNull();
    }

    @Test
    void saysWhetherAnAddressIsNews() {
        assertThat(add("198.51.100.1:1", 0)).isTrue();
        assertThat(add("198.51.100.1:1", 0)).isFalse();
    }

    @Test
    void forgetsIntroductionsWhoseHoleHasClosed() {
        add("198.51.100.1:1", 0);

        assertThat(take(WalkableAddresses.INTRODUCTION_LIFE_NANOS)).isNull();
        assertThat(addresses.isEmpty()).isTrue();
    }

    @Test
    void holdsNoIntroductionWhoseHoleHasClosedOnceAnotherComes() {
        add("198.51.100.1:1", 0);
        add("198.51.100.2:1", 1);
        add("198.51.100.3:1", WalkableAddresses.INTRODUCTION_LIFE_NANOS);

        assertThat(addresses.size()).isEqualTo(2);
        assertThat(take(WalkableAddresses.INTRODUCTION_LIFE_NANOS)).isEqualTo(at("198.51.100.3:1"));
    }

    @Test
    void forgetsDeadAddressesOnceTheyHaveBeenLeftAloneForLong() {
        addresses.died(target("198.51.100.1:1", null), 0);
        addresses.died(target("198.51.100.2:1", null), 1);
        addresses.died(target("198.51.100.3:1", null), WalkableAddresses.DEAD_MEMORY_NANOS);

        assertThat(addresses.isDead(at("198.51.100.1:1"))).isFalse();
        assertThat(addresses.isDead(at("198.51.100.2:1"))).isTrue();
        assertThat(addresses.isDead(at("198.51.100.3:1"))).isTrue();
    }

    @Test
    void doesNotReturnToADeadAddressForAWhile() {
        addresses.died(target("198.51.100.1:1", null), 0);

        assertThat(add("198.51.100.1:1", WalkableAddresses.DEAD_NANOS - 1)).isFalse();
        assertThat(addresses.isEmpty()).isTrue();
        assertThat(add("198.51.100.1:1", WalkableAddresses.DEAD_NANOS)).isTrue();
    }

    @Test
    void leavesAnAddressAloneForLongerWithEachFailureInARow() {
        long now = 0;
        for (int failure = 1; failure <= 7; failure++) {
            addresses.died(target("198.51.100.1:1", "192.0.2.1"), now);
            long wait = WalkableAddresses.DEAD_NANOS << Math.min(4, failure - 1);

            assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.1"), now + wait - 1))
                    .isFalse();
            now += wait;
            assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.1"), now))
                    .isTrue();
        }
        addresses.lives(at("198.51.100.1:1"));
        addresses.died(target("198.51.100.1:1", "192.0.2.1"), now);
        assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.1"), now + WalkableAddresses.DEAD_NANOS))
                .isTrue();
    }

    @Test
    void isNotKeptFromAnAddressByWhoeverIntroducesItInVain() {
        long soon = WalkableAddresses.DEAD_FOR_OTHERS_NANOS;
        for (int i = 0; i < 5; i++) {
            addresses.died(target("198.51.100.1:1", "192.0.2.1"), 0);
        }
        assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.1"), soon)).isFalse();
        assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.2"), soon - 1))
                .isFalse();
        assertThat(addresses.add(target("198.51.100.1:1", "192.0.2.2"), soon)).isTrue();
    }

    @Test
    void returnsToAnAddressThatLives() {
        addresses.died(target("198.51.100.1:1", null), 0);
        addresses.lives(at("198.51.100.1:1"));

        assertThat(add("198.51.100.1:1", 1)).isTrue();
    }

    @Test
    void isBounded() {
        for (int i = 0; i < 2_000; i++) {
            add("198.51." + i / 200 + "." + i % 200 + ":1", i);
        }
        assertThat(addresses.size()).isEqualTo(WalkableAddresses.MAX_WALKABLE);
        assertThat(take(2_000)).isEqualTo(at("198.51.9.199:1"));
    }
}
