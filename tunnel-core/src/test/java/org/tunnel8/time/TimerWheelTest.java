package org.tunnel8.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tunnel8.virtual.Seed;

class TimerWheelTest {
    private static final long TICK = 1_000;

    private final Deadlines deadlines = new Deadlines(500);
    private final TimerWheel wheel = new TimerWheel(deadlines, TICK, 8);
    private final List<String> ran = new ArrayList<>();

    private final class Named extends TimerWheel.Timer {
        private final String name;
        private Runnable then = () -> {};

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void run() {
            ran.add(name + "@" + deadlines.nowNanos());
            then.run();
        }
    }

    /** Lets time pass deadline by deadline, as a driver does that is never late. */
    private void passUntil(long nanos) {
        while (deadlines.nextNanos() <= nanos) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(nanos);
    }

    @Test
    void runsATimerAtTheFirstTickAtOrAfterItsTime() {
        wheel.setAt(new Named("on a tick"), 500 + 2 * TICK);
        wheel.setAt(new Named("just after it"), 501 + 2 * TICK);
        passUntil(10 * TICK);
        assertThat(ran).containsExactly("on a tick@2500", "just after it@3500");
    }

    @Test
    void runsAtTheNextTickWhatShouldHaveRunAlready() {
        passUntil(3_700);
        wheel.setAt(new Named("late"), 600);
        passUntil(10 * TICK);
        assertThat(ran).containsExactly("late@4500");
    }

    @Test
    void keepsTimersThatAreFurtherAheadThanItHasTicks() {
        wheel.setAt(new Named("far"), 500 + 30 * TICK);
        wheel.setAt(new Named("near"), 500 + 3 * TICK);
        passUntil(100 * TICK);
        assertThat(ran).containsExactly("near@3500", "far@30500");
    }

    @Test
    void timersSetByOthersWaitForTheirOwnTick() {
        Named first = new Named("first");
        Named second = new Named("second");
        first.then = () -> wheel.setIn(second, 1);
        second.then = () -> wheel.setIn(first, 2);
        wheel.setIn(first, 1);
        passUntil(500 + 5 * TICK);
        assertThat(ran).containsExactly("first@1500", "second@2500", "first@4500", "second@5500");
    }

    @Test
    void aLateTurnDoesNotPutOffWhatIsSetInIt() {
        Named again = new Named("again");
        again.then = () -> wheel.setIn(again, 1);
        wheel.setIn(again, 1);
        deadlines.advance(1_500 + 300);
        deadlines.runDue();
        passUntil(2_500);
        assertThat(ran).containsExactly("again@1800", "again@2500");
    }

    @Test
    void afterALongSleepEveryTimerRunsOnce() {
        List<Named> timers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Named timer = new Named("t" + i);
            timer.then = () -> wheel.setIn(timer, 3);
            timers.add(timer);
            wheel.setIn(timer, 1 + i);
        }
        deadlines.advance(1_000 * TICK);
        deadlines.runDue();
        assertThat(ran).hasSize(20).doesNotHaveDuplicates();
        assertThat(timers).allMatch(TimerWheel.Timer::isSet);
    }

    @Test
    void cancelledTimersDoNotRunEvenIfDueInTheSameTurn() {
        Named first = new Named("first");
        Named second = new Named("second");
        first.then = () -> wheel.cancel(second);
        second.then = () -> wheel.cancel(first);
        wheel.setIn(first, 1);
        wheel.setIn(second, 1);
        passUntil(10 * TICK);
        assertThat(ran).hasSize(1);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void holdsNoDeadlineWhileNothingIsSet() {
        Named timer = new Named("timer");
        wheel.setIn(timer, 1);
        wheel.cancel(timer);
        wheel.cancel(timer);
        assertThat(deadlines.size()).isZero();
        wheel.setIn(timer, 1);
        passUntil(10 * TICK);
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void refusesATimerThatIsSetAlready() {
        Named timer = new Named("timer");
        wheel.setIn(timer, 1);
        assertThatThrownBy(() -> wheel.setIn(timer, 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anyMixOfSettingAndCancellingRunsWhatAListWouldRun() {
        Random random = new Random(Seed.take(getClass()));
        List<Named> timers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        long[] ticks = new long[200];
        for (int i = 0; i < ticks.length; i++) {
            timers.add(new Named("t" + i));
        }
        for (int round = 0; round < 2_000; round++) {
            long now = (deadlines.nowNanos() - 500) / TICK;
            for (int k = 0; k < 10; k++) {
                int i = random.nextInt(ticks.length);
                if (timers.get(i).isSet()) {
                    wheel.cancel(timers.get(i));
                } else {
                    int ahead = 1 + random.nextInt(25);
                    ticks[i] = now + ahead;
                    wheel.setIn(timers.get(i), ahead);
                }
            }
            for (int i = 0; i < ticks.length; i++) {
                if (timers.get(i).isSet() && ticks[i] == now + 1) {
                    expected.add("t" + i + "@" + (500 + (now + 1) * TICK));
                }
            }
            passUntil(500 + (now + 1) * TICK);
        }
        assertThat(ran).hasSameSizeAs(expected).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).hasSizeGreaterThan(1_000);
    }
}
