package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/** The table of {@link StreamMachine}, line by line, against an other side that is played packet by packet. */
class UtpTransitionsTest implements UtpOutput {
    private static final Address OTHER = ModelHost.addressOf(9);
    private static final int THEIR_FIRST = 500;

    private final Deadlines deadlines = new Deadlines(1_000_000);
    private final Counters counters = new Counters();
    private final UtpEndpoint endpoint = new UtpEndpoint(
            this, UtpSettings.DEFAULTS, new StreamMemory(1 << 20), deadlines, new SplittableRandom(1), counters);
    private final Transfer local = new Transfer(1, 2, 0);
    private final List<Seen> sent = new ArrayList<>();

    private record Seen(int type, int id, int number, int acknowledged, int length) {}

    private @Nullable UtpStream stream;
    private int theirId;
    private int ourNumber;

    UtpTransitionsTest() {
        local.finishes = false;
    }

    @Override
    public int maxDatagramBytes(Address target) {
        return 1_404;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void whenRoom(Runnable action) {
        throw new AssertionError("there is room");
    }

    @Override
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        assertThat(offset).isGreaterThanOrEqualTo(Headroom.FRONT_BYTES);
        assertThat(buffer.length - offset - length).isGreaterThanOrEqualTo(Headroom.BACK_BYTES);
        UtpPacket packet = new UtpPacket();
        assertThat(packet.read(buffer, offset, length)).isEqualTo(UtpPacket.Reading.WHOLE);
        sent.add(new Seen(
                packet.type(), packet.connectionId(), packet.number(), packet.acknowledged(), packet.payloadBytes()));
        return true;
    }

    private void pass(Duration time) {
        ModelHost.run(deadlines, time.toNanos());
    }

    private void give(int type, int id, int number, int acknowledged) {
        byte[] bytes = new byte[UtpPacket.HEADER_BYTES];
        UtpPacket.write(bytes, 0, type, 0, id, 1, 0, 100_000, number, acknowledged);
        assertThat(endpoint.onDatagram(OTHER, bytes, 0, bytes.length)).isTrue();
        endpoint.flush();
    }

    private Seen last() {
        return sent.get(sent.size() - 1);
    }

    private UtpStream stream() {
        return java.util.Objects.requireNonNull(stream);
    }

    private UtpStream connected() {
        stream = endpoint.connect(OTHER, local);
        endpoint.flush();
        theirId = last().id;
        ourNumber = last().number;
        give(UtpPacket.STATE, theirId, THEIR_FIRST, ourNumber);
        return stream();
    }

    @Test
    void synSentStaysAtAnswersToSomethingElse() {
        UtpStream made = endpoint.connect(OTHER, local);
        assertThat(made.state()).isEqualTo(UtpState.SYN_SENT);
        endpoint.flush();
        Seen syn = last();
        assertThat(syn.type).isEqualTo(UtpPacket.SYN);
        give(UtpPacket.STATE, syn.id, THEIR_FIRST, syn.number - 1);
        assertThat(made.state()).as("an answer to something else").isEqualTo(UtpState.SYN_SENT);
        give(UtpPacket.STATE, syn.id, THEIR_FIRST, syn.number + 1);
        assertThat(counters.drops(DropReason.WRONG_STATE)).isEqualTo(2);
    }

    @Test
    void connectedByTheAnswerToTheSyn() {
        UtpStream made = connected();
        assertThat(made.state()).isEqualTo(UtpState.CONNECTED);
        assertThat(last())
                .isEqualTo(new Seen(UtpPacket.STATE, theirId + 1 & 0xffff, ourNumber + 1, THEIR_FIRST - 1, 0));
    }

    @Test
    void synIsRepeatedSoonWhenDataComesBeforeTheAnswer() {
        UtpStream made = endpoint.connect(OTHER, local);
        endpoint.flush();
        Seen syn = last();
        give(UtpPacket.DATA, syn.id, THEIR_FIRST, syn.number);
        assertThat(made.state()).isEqualTo(UtpState.SYN_SENT);
        pass(Duration.ofMillis(260));
        assertThat(sent).hasSize(2);
        assertThat(last().type).isEqualTo(UtpPacket.SYN);
    }

    @Test
    void synRecvToConnectedAndSynRecvRepeatsItsAnswer() {
        endpoint.accept(origin -> local);
        give(UtpPacket.SYN, 77, 10, 0);
        UtpStream made = UtpPair.stream(local);
        assertThat(made.state()).isEqualTo(UtpState.SYN_RECV);
        Seen answer = last();
        assertThat(answer.type).isEqualTo(UtpPacket.STATE);
        assertThat(answer.id).isEqualTo(77);
        assertThat(answer.acknowledged).isEqualTo(10);
        give(UtpPacket.SYN, 77, 10, 0);
        assertThat(last()).isEqualTo(answer);
        assertThat(sent).hasSize(2);
        give(UtpPacket.STATE, 78, 11, answer.number - 1);
        assertThat(made.state()).isEqualTo(UtpState.CONNECTED);
        give(UtpPacket.SYN, 77, 10, 0);
        assertThat(made.state()).isEqualTo(UtpState.CONNECTED);
    }

    @Test
    void finSentThenClosingThenDestroyDelayThenDestroyed() {
        UtpStream made = connected();
        made.shutdownOutput();
        assertThat(made.state()).isEqualTo(UtpState.CONNECTED);
        endpoint.flush();
        assertThat(made.state()).isEqualTo(UtpState.FIN_SENT);
        assertThat(last().type).isEqualTo(UtpPacket.FIN);
        give(UtpPacket.FIN, theirId, THEIR_FIRST, ourNumber);
        assertThat(made.state()).as("ours is not acknowledged").isEqualTo(UtpState.CLOSING);
        assertThat(last().acknowledged).isEqualTo(THEIR_FIRST);
        give(UtpPacket.STATE, theirId, THEIR_FIRST + 1, ourNumber + 1);
        assertThat(made.state()).isEqualTo(UtpState.DESTROY_DELAY);
        assertThat(local.told).containsExactly("connected", "finished", "CLOSED");
        int before = sent.size();
        give(UtpPacket.FIN, theirId, THEIR_FIRST, ourNumber);
        assertThat(sent).hasSize(before + 1);
        assertThat(last().type).isEqualTo(UtpPacket.STATE);
        pass(Duration.ofSeconds(4));
        assertThat(made.state()).isEqualTo(UtpState.DESTROYED);
        assertThat(endpoint.streams()).isZero();
    }

    @Test
    void gotFinThenClosing() {
        UtpStream made = connected();
        give(UtpPacket.FIN, theirId, THEIR_FIRST, ourNumber);
        assertThat(made.state()).isEqualTo(UtpState.GOT_FIN);
        give(UtpPacket.DATA, theirId, THEIR_FIRST + 1, ourNumber);
        assertThat(counters.drops(DropReason.WRONG_STATE))
                .as("data behind the end")
                .isEqualTo(1);
        made.shutdownOutput();
        endpoint.flush();
        assertThat(made.state()).isEqualTo(UtpState.CLOSING);
        give(UtpPacket.STATE, theirId, THEIR_FIRST + 1, ourNumber + 1);
        assertThat(made.state()).isEqualTo(UtpState.DESTROY_DELAY);
    }

    @Test
    void finThatComesBeforeWhatItEndsWaitsForIt() {
        UtpStream made = connected();
        give(UtpPacket.FIN, theirId, THEIR_FIRST + 1, ourNumber);
        assertThat(made.state()).isEqualTo(UtpState.CONNECTED);
        give(UtpPacket.DATA, theirId, THEIR_FIRST, ourNumber);
        assertThat(made.state()).isEqualTo(UtpState.GOT_FIN);
    }

    @Test
    void resetEndsEveryState() {
        UtpStream made = connected();
        give(UtpPacket.RESET, theirId, 0, ourNumber);
        assertThat(made.state()).isEqualTo(UtpState.DESTROYED);
        assertThat(local.told).containsExactly("connected", "RESET");
        assertThat(made.read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    void resetMayBearTheIdentifierThatWeSend() {
        UtpStream made = connected();
        give(UtpPacket.RESET, theirId + 1 & 0xffff, 0, ourNumber + 1);
        assertThat(made.state()).isEqualTo(UtpState.DESTROYED);
    }

    @Test
    void resetInDestroyDelayIsNotToldAgain() {
        finSentThenClosing();
        give(UtpPacket.RESET, theirId, 0, ourNumber + 1);
        assertThat(stream().state()).isEqualTo(UtpState.DESTROYED);
        assertThat(local.told).containsExactly("connected", "finished", "CLOSED");
    }

    private void finSentThenClosing() {
        UtpStream made = connected();
        made.shutdownOutput();
        endpoint.flush();
        give(UtpPacket.FIN, theirId, THEIR_FIRST, ourNumber + 1);
        assertThat(made.state()).isEqualTo(UtpState.DESTROY_DELAY);
    }
}
