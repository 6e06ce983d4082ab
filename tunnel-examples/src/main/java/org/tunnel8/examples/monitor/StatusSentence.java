package org.tunnel8.examples.monitor;

import java.util.Locale;
import org.tunnel8.CircuitStatus;
import org.tunnel8.TunnelStatus;
import org.tunnel8.node.LendingStatus;
import org.tunnel8.node.NodeStatus;

/** How a client or a node is doing, in one sentence for the user: the only place where the page's sentence is made. */
final class StatusSentence {
    private StatusSentence() {}

    static String of(TunnelStatus status) {
        return status.trouble()
                .map(trouble -> opening(status.state()) + capitalised(trouble.sentence()) + ".")
                .orElseGet(() -> ready(status));
    }

    private static String opening(TunnelStatus.State state) {
        return switch (state) {
            case UNAVAILABLE -> "Traffic waits. ";
            case CLOSED -> "Ended. ";
            case NEW, CONNECTING, READY -> "";
        };
    }

    private static String ready(TunnelStatus status) {
        int ready = status.readyCircuits();
        boolean isChecked = status.circuits().stream()
                .filter(CircuitStatus::ready)
                .anyMatch(circuit -> circuit.primary() && circuit.suspect());
        return "Ready: " + counted(ready, "circuit") + " can carry traffic"
                + (isChecked ? "; signs of life of the one in use are overdue." : ".");
    }

    static String of(NodeStatus status) {
        if (status.bootstrap().degraded()) {
            return "Nobody is known, and nobody answers who could introduce others.";
        }
        if (status.lending().quota().map(LendingStatus.Quota::isUsedUp).orElse(false)) {
            return "The month's quota is used up: others are not served until it is renewed.";
        }
        return "Serving: " + counted(status.joinedCircuits(), "circuit") + " of others end here and "
                + status.relayedCircuits() + " run through; " + counted(status.peers(), "peer") + " known.";
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String capitalised(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
