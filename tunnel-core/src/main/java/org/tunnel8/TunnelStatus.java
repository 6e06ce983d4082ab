package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tunnel8.transport.TransportCounters;

/**
 * How a client is doing at a moment. Immutable.
 *
 * @param state whether it can be used
 * @param reason why it cannot, in a sentence for the user: that of the trouble; empty if it can
 * @param trouble why it cannot, with the facts; empty if it can
 * @param address the address its port is bound to; empty before it is
 * @param peers peers known
 * @param exits exits among them
 * @param relays relays among them
 * @param circuits own circuits, oldest first, also those being built
 * @param layerCipher name of the layer cipher in use
 * @param traffic what has passed
 * @param drops what was dropped, by reason; reasons of the proxy begin with {@code SOCKS5_}, those of
 *     datagrams that were to go directly with {@code DIRECT_}, and {@code CALLBACKS_TOO_SLOW} counts events that the application was too slow to hear; reasons without drops are left out
 * @param port what the port's socket has counted
 * @param bootstrap how entering the network goes
 * @param nat what it is behind
 * @param direct whether traffic may go directly where there is no circuit, and how much has
 */
public record TunnelStatus(
        State state,
        String reason,
        Optional<TunnelTrouble> trouble,
        Optional<InetSocketAddress> address,
        int peers,
        int exits,
        int relays,
        List<CircuitStatus> circuits,
        String layerCipher,
        Traffic traffic,
        Map<String, Long> drops,
        TransportCounters port,
        BootstrapStatus bootstrap,
        NatStatus nat,
        DirectStatus direct) {

    /** Whether a client can be used. */
    public enum State {
        /** Made, but not started. */
        NEW,
        /** Looking for peers, or building its first circuit. */
        CONNECTING,
        /** At least one circuit is ready. */
        READY,
        /** Circuits were ready before; now none is, and others are being built. */
        UNAVAILABLE,
        /** Closed. */
        CLOSED
    }

    /** Copies what could change. */
    public TunnelStatus {
        circuits = List.copyOf(circuits);
        drops = Map.copyOf(drops);
    }

    /**
     * How many circuits are ready.
     *
     * @return zero or more
     */
    public int readyCircuits() {
        return (int) circuits.stream().filter(CircuitStatus::ready).count();
    }
}
