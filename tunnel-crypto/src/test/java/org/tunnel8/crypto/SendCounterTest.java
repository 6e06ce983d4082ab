package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SendCounterTest {
    @Test
    void noSideOfACircuitSharesACounterWithTheCandidateList() {
        SendCounter owner = SendCounter.ownerForward();
        SendCounter responder = SendCounter.responderBackward();

        assertThat(SendCounter.CANDIDATE_LIST_COUNTER).isEqualTo(1);
        assertThat(owner.next()).isEqualTo(3);
        assertThat(owner.next()).isEqualTo(4);
        assertThat(responder.next()).isEqualTo(2);
        assertThat(responder.next()).isEqualTo(3);
    }

    @Test
    void aUsedUpCounterNeverStartsOver() {
        SendCounter counter = SendCounter.after(Long.MAX_VALUE - 1);

        assertThat(counter.next()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(counter::next).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(counter::next).isInstanceOf(IllegalStateException.class);
    }
}
