package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.transport.udp.TransportLoop;

/** When a client's line counts as full, and who hears that it no longer is. */
@Timeout(30)
class OwnUplinkTest {
    private final TransportLoop loop = TransportLoop.open("own-uplink-test");
    private final AtomicBoolean portHasRoom = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private final OwnUplink uplink = new OwnUplink(
            () -> {
                asked.incrementAndGet();
                return portHasRoom.get();
            },
            loop,
            System::nanoTime,
            TrafficLimits.UNLIMITED);

    @AfterEach
    void endTheLoop() {
        loop.close();
    }

    private <T> T onLoop(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
    }

    @Test
    void isFullWhileTheSystemTakesLessThanIsSentAndTellsEverybodyOnceItIsNot() throws Exception {
        assertThat(onLoop(uplink::hasRoom)).isFalse();
        CountDownLatch told = new CountDownLatch(3);
        loop.execute(() -> {
            for (int i = 0; i < 3; i++) {
                uplink.whenRoom(told::countDown);
            }
        });
        int before = asked.get();
        while (asked.get() < before + 5) {
            assertThat(told.getCount()).isEqualTo(3);
            Thread.onSpinWait();
        }

        portHasRoom.set(true);
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(onLoop(uplink::hasRoom)).isTrue();
    }

    @Test
    void whoFindsItFullAgainIsToldAgain() throws Exception {
        portHasRoom.set(true);
        List<Integer> turns = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> uplink.whenRoom(new Runnable() {
            @Override
            public void run() {
                turns.add(turns.size());
                if (turns.size() < 5) {
                    uplink.whenRoom(this);
                } else {
                    done.countDown();
                }
            }
        }));

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(onLoop(() -> List.copyOf(turns))).hasSize(5);
    }
}
