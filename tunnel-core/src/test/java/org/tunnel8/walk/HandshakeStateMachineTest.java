package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.HandshakeState.COMPLETE;
import static org.tunnel8.walk.HandshakeState.FAILED;
import static org.tunnel8.walk.HandshakeState.INTRO_REQUEST_SENT;
import static org.tunnel8.walk.HandshakeState.INTRO_RESPONSE_RECEIVED;
import static org.tunnel8.walk.HandshakeState.NONE;
import static org.tunnel8.walk.HandshakeState.PUNCTURE_RECEIVED;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HandshakeStateMachineTest {
    private static final Map<String, Predicate<HandshakeStateMachine>> EVENTS = Map.of(
            "request sent", HandshakeStateMachine::requestSent,
            "puncture", HandshakeStateMachine::punctureReceived,
            "response from elsewhere", HandshakeStateMachine::responseReceivedFromElsewhere,
            "response", HandshakeStateMachine::responseReceived,
            "request of theirs", HandshakeStateMachine::requestReceived,
            "limit", HandshakeStateMachine::limitReached);

    private static final Map<HandshakeState, List<String>> WAYS = Map.of(
            NONE, List.of(),
            INTRO_REQUEST_SENT, List.of("request sent"),
            INTRO_RESPONSE_RECEIVED, List.of("request sent", "response from elsewhere"),
            PUNCTURE_RECEIVED, List.of("request sent", "puncture"),
            COMPLETE, List.of("request sent", "response"),
            FAILED, List.of("request sent", "limit"));

    private static HandshakeStateMachine in(HandshakeState state) {
        HandshakeStateMachine handshake = new HandshakeStateMachine();
        for (String event : WAYS.get(state)) {
            assertThat(EVENTS.get(event).test(handshake)).isTrue();
        }
        assertThat(handshake.state()).isEqualTo(state);
        return handshake;
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, request sent, INTRO_REQUEST_SENT",
        "NONE, request of theirs, COMPLETE",
        "INTRO_REQUEST_SENT, request sent, INTRO_REQUEST_SENT",
        "INTRO_REQUEST_SENT, puncture, PUNCTURE_RECEIVED",
        "INTRO_REQUEST_SENT, response from elsewhere, INTRO_RESPONSE_RECEIVED",
        "INTRO_REQUEST_SENT, response, COMPLETE",
        "INTRO_REQUEST_SENT, request of theirs, COMPLETE",
        "INTRO_REQUEST_SENT, limit, FAILED",
        "INTRO_RESPONSE_RECEIVED, request sent, INTRO_RESPONSE_RECEIVED",
        "INTRO_RESPONSE_RECEIVED, puncture, PUNCTURE_RECEIVED",
        "INTRO_RESPONSE_RECEIVED, response, COMPLETE",
        "INTRO_RESPONSE_RECEIVED, request of theirs, COMPLETE",
        "INTRO_RESPONSE_RECEIVED, limit, FAILED",
        "PUNCTURE_RECEIVED, request sent, PUNCTURE_RECEIVED",
        "PUNCTURE_RECEIVED, response, COMPLETE",
        "PUNCTURE_RECEIVED, request of theirs, COMPLETE",
        "PUNCTURE_RECEIVED, limit, FAILED",
        "COMPLETE, request sent, COMPLETE",
        "COMPLETE, response, COMPLETE",
        "COMPLETE, request of theirs, COMPLETE",
        "FAILED, request of theirs, COMPLETE"
    })
    void movesAsItsTableSays(HandshakeState before, String event, HandshakeState after) {
        HandshakeStateMachine handshake = in(before);

        assertThat(EVENTS.get(event).test(handshake)).isTrue();
        assertThat(handshake.state()).isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, puncture",
        "NONE, response from elsewhere",
        "NONE, response",
        "NONE, limit",
        "INTRO_RESPONSE_RECEIVED, response from elsewhere",
        "PUNCTURE_RECEIVED, puncture",
        "PUNCTURE_RECEIVED, response from elsewhere",
        "COMPLETE, puncture",
        "COMPLETE, response from elsewhere",
        "COMPLETE, limit",
        "FAILED, request sent",
        "FAILED, puncture",
        "FAILED, response from elsewhere",
        "FAILED, response",
        "FAILED, limit"
    })
    void staysWhereAnEventDoesNotFit(HandshakeState state, String event) {
        HandshakeStateMachine handshake = in(state);

        assertThat(EVENTS.get(event).test(handshake)).isFalse();
        assertThat(handshake.state()).isEqualTo(state);
    }

    @ParameterizedTest
    @EnumSource
    void isUnderWayBetweenTheFirstRequestAndTheEnd(HandshakeState state) {
        boolean open = state != NONE && state != COMPLETE && state != FAILED;

        assertThat(in(state).isUnderWay()).isEqualTo(open);
    }

    @Test
    void passesThroughTheSpecificationsStatesInTheirOrder() {
        HandshakeStateMachine handshake = new HandshakeStateMachine();
        assertThat(handshake.state()).isEqualTo(NONE);
        handshake.requestSent();
        assertThat(handshake.state()).isEqualTo(INTRO_REQUEST_SENT);
        handshake.responseReceivedFromElsewhere();
        assertThat(handshake.state()).isEqualTo(INTRO_RESPONSE_RECEIVED);
        handshake.punctureReceived();
        assertThat(handshake.state()).isEqualTo(PUNCTURE_RECEIVED);
        handshake.responseReceived();
        assertThat(handshake.state()).isEqualTo(COMPLETE);
    }
}
