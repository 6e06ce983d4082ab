package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** Hears what nodes say that they are behind, and compares it, three minutes after each one's start, with what it is. */
final class NatWatch {
    private static final Duration TIME_TO_TELL = Duration.ofMinutes(3);

    private final SimulatedNetwork network;
    private final List<Duration> times = new ArrayList<>();
    private int trials;

    NatWatch(SimulatedNetwork network) {
        this.network = network;
    }

    /** Listens to a node that starts now. */
    Ear ear(Placement placement) {
        Ear ear = new Ear(placement);
        network.quietlyAfter(TIME_TO_TELL, () -> judge(ear));
        return ear;
    }

    final class Ear implements EngineListener {
        private final NatType right;
        private final long startNanos = network.nowNanos();
        private @Nullable SimulatedNode node;
        private NatType told = NatType.UNKNOWN;
        private long toldNanos;

        private Ear(Placement placement) {
            right = placement.natType();
        }

        void isAt(SimulatedNode started) {
            node = started;
        }

        @Override
        public void onNatType(NatType type, NatEvidence evidence) {
            told = type;
            toldNanos = network.nowNanos();
        }
    }

    /** Counts the node, unless it has left. What it says by now counts, since it last changed its mind. */
    private void judge(Ear ear) {
        if (ear.node == null || !ear.node.isRunning()) {
            return;
        }
        trials++;
        if (ear.told == ear.right) {
            times.add(Duration.ofNanos(ear.toldNanos - ear.startNanos));
        }
    }

    Measurement named() {
        return new Measurement(times, trials);
    }
}
