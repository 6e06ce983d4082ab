package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.tunnel8.proxy.SocksGrammar.Intent;
import org.tunnel8.proxy.SocksPeer.Phase;

/** How far clients came: a fuzzer that is turned away at the door finds nothing. */
final class Socks5FuzzTally {
    private final Map<Intent, Map<Phase, Long>> reached = new EnumMap<>(Intent.class);
    private final Map<Socks5Refusal, Long> refusals = new EnumMap<>(Socks5Refusal.class);
    private final Map<Socks5Drop, Long> drops = new EnumMap<>(Socks5Drop.class);
    private long connections;
    private long associationsOpened;
    private long datagramsFromClients;
    private long datagramsToClients;
    private long streamsOpened;
    private long streamBytesFromClients;
    private long streamBytesToClients;
    private long exchanges;
    private long exchangesAnswered;
    private long wholeAnswers;
    private long mostHeldBytes;

    void connected() {
        connections++;
    }

    void gone(SocksPeer peer) {
        reached.computeIfAbsent(peer.script.intent(), intent -> new EnumMap<>(Phase.class))
                .merge(peer.phase(), 1L, Long::sum);
        DrawnExchanges.Exchange exchange = peer.exchange;
        if (exchange != null && exchange.isAnswered()) {
            exchangesAnswered++;
            wholeAnswers += peer.answeredBytes() == exchange.answer().length ? 1 : 0;
        }
    }

    void held(long bytes) {
        mostHeldBytes = Math.max(mostHeldBytes, bytes);
    }

    void ended(Socks5Statistics world) {
        associationsOpened += world.associationsOpened();
        datagramsFromClients += world.datagramsFromClients();
        datagramsToClients += world.datagramsToClients();
        streamsOpened += world.streamsOpened();
        streamBytesFromClients += world.streamBytesFromClients();
        streamBytesToClients += world.streamBytesToClients();
        exchanges += world.exchanges();
        world.refusals().forEach((reason, count) -> refusals.merge(reason, count, Long::sum));
        world.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
    }

    /** Each kind of end that there is was met, and each kind of success. */
    void checkDepth() {
        for (Intent intent : EnumSet.complementOf(EnumSet.of(Intent.NONSENSE))) {
            assertThat(reached.get(intent)).as("clients after %s", intent).containsKeys(Phase.GRANTED, Phase.REFUSED);
        }
        assertThat(associationsOpened).isPositive();
        assertThat(datagramsFromClients).isPositive();
        assertThat(datagramsToClients).isPositive();
        assertThat(streamsOpened).isPositive();
        assertThat(streamBytesFromClients).isPositive();
        assertThat(streamBytesToClients).isPositive();
        assertThat(exchanges).isPositive();
        assertThat(wholeAnswers).isPositive();
        EnumSet<Socks5Refusal> refused = EnumSet.allOf(Socks5Refusal.class);
        // Takes 512 streams at a time.
        refused.remove(Socks5Refusal.INBOUND_LIMIT);
        assertThat(refusals.keySet()).containsAll(refused);
        assertThat(drops.keySet()).containsAll(EnumSet.allOf(Socks5Drop.class));
    }

    void print() {
        System.out.printf("  %,d connections; reached by intent: %s%n", connections, reached);
        System.out.printf(
                "  associations opened %,d; datagrams from clients %,d, to clients %,d%n",
                associationsOpened, datagramsFromClients, datagramsToClients);
        System.out.printf(
                "  streams opened %,d; bytes from clients %,d, to clients %,d%n",
                streamsOpened, streamBytesFromClients, streamBytesToClients);
        System.out.printf(
                "  exchanges %,d, answered %,d, the whole answer seen %,d; most bytes held %,d%n",
                exchanges, exchangesAnswered, wholeAnswers, mostHeldBytes);
        System.out.printf("  refused: %s%n  dropped: %s%n", refusals, drops);
    }
}
