package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;

/** Who comes into question among the keys that a hop offers. */
class HopDrawTest {
    private final SplittableRandom random = new SplittableRandom(7);
    private final PeerTable peers = new PeerTable(10, new Deadlines(0));

    @Test
    void whoHasSpokenAnotherVersionToUsIsNotDrawnThoughAHopOffersHim() {
        PublicKey other = IdentityKey.generate(random).publicKey();
        PublicKey ours = IdentityKey.generate(random).publicKey();
        peers.markIncompatible(other);

        for (int i = 0; i < 20; i++) {
            HopDraw draw = HopDraw.ofKeys(peers, "middle", PeerRole.RELAY, List.of(other, ours));
            HopDraw.Drawn drawn = draw.withoutIncompatible().draw(random, Map.of());
            assertThat(Objects.requireNonNull(drawn).candidate().key()).isEqualTo(ours);
        }
        assertThat(HopDraw.ofKeys(peers, "middle", PeerRole.RELAY, List.of(other))
                        .withoutIncompatible()
                        .draw(random, Map.of()))
                .isNull();
    }
}
