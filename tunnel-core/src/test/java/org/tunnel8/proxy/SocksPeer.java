package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of the proxy, as it sees itself: what it was answered, and by when its connection must be over. What it must not
 * see is thrown where it is noticed, and noted.
 */
final class SocksPeer implements PlayedConnection.Other {
    private static final long NEGOTIATION_NANOS = Socks5Settings.DEFAULT_NEGOTIATION_LIMIT.toNanos();
    private static final long IDLE_NANOS = Socks5Settings.DEFAULT_IDLE_LIMIT.toNanos();
    private static final long ENDING_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Of a client that does not read always: each of the times above, one after another. */
    private static final long LAZY_NANOS =
            2 * (NEGOTIATION_NANOS + IDLE_NANOS + ENDING_NANOS) + DrawnStreams.ANSWER_NANOS;

    private static final List<Integer> STATUSES = List.of(0, 1, 4, 5, 7, 8);

    final SocksGrammar.Script script;
    final int port;
    private final Deque<byte[]> segments;
    private final boolean asksCredentials;
    private final LongSupplier clock;
    private final long begunNanos;
    private PlayedConnection connection;
    private Phase phase = Phase.METHOD;
    private long saidBytes;
    private final byte[] answer = new byte[22];
    private int answerBytes;
    private long answeredBytes;
    private long phaseNanos;
    private long activeNanos;
    private long overNanos = -1;
    private boolean hasBeenLazy;
    private @Nullable String fault;

    DrawnStreams.@Nullable DrawnStream stream;
    DrawnExchanges.@Nullable Exchange exchange;
    DrawnSockets.@Nullable DrawnPort association;

    /** What it waits for. */
    enum Phase {
        METHOD,
        LOGIN,
        REPLY,
        GRANTED,
        REFUSED
    }

    SocksPeer(
            SocksGrammar.Script script, List<byte[]> segments, int port, boolean asksCredentials, LongSupplier clock) {
        this.script = script;
        this.segments = new ArrayDeque<>(segments);
        this.port = port;
        this.asksCredentials = asksCredentials;
        this.clock = clock;
        script.messages().stream().skip(asksCredentials ? 3 : 2).forEach(message -> saidBytes += message.length);
        this.begunNanos = clock.getAsLong();
        this.activeNanos = begunNanos;
    }

    void over(PlayedConnection tcp) {
        connection = tcp;
    }

    PlayedConnection connection() {
        return connection;
    }

    Phase phase() {
        return phase;
    }

    boolean hasMore() {
        return !segments.isEmpty();
    }

    /** Sends the next of what it has to say. */
    void say() {
        say(segments.remove());
    }

    /** Something more than it had to say, which is no nonsense if the rest was none. */
    void sayMore(byte[] nonsense) {
        boolean isStream = script.isRight() && script.intent() == SocksGrammar.Intent.STREAM;
        say(isStream ? DrawnStreams.pattern(saidBytes, nonsense.length) : nonsense);
        saidBytes += nonsense.length;
    }

    void say(byte[] bytes) {
        activeNanos = clock.getAsLong();
        connection.send(bytes);
    }

    /** Takes so many bytes more and then none for a while, or all. */
    void take(long bytes) {
        hasBeenLazy |= bytes != Long.MAX_VALUE;
        connection.take(bytes);
    }

    void endInput() {
        activeNanos = clock.getAsLong();
        connection.endInput();
    }

    private boolean isNext(byte value) {
        DrawnExchanges.Exchange asked = exchange;
        if (asked == null) {
            return value == DrawnStreams.pattern(answeredBytes);
        }
        return answeredBytes < asked.answer().length && value == asked.answer()[(int) answeredBytes];
    }

    /** Bytes of what came after the reply. */
    long answeredBytes() {
        return answeredBytes;
    }

    @Override
    public void received(ByteBuf bytes) {
        if (bytes.isReadable()) {
            activeNanos = clock.getAsLong();
        }
        while (bytes.isReadable()) {
            int value = bytes.readUnsignedByte();
            if (phase == Phase.GRANTED) {
                require(isNext((byte) value), "bytes that nobody sent");
                answeredBytes++;
            } else {
                require(phase != Phase.REFUSED, "something after a refusal");
                answer[answerBytes++] = (byte) value;
                look(value);
            }
        }
    }

    private void look(int value) {
        if (answerBytes == 1) {
            require(value == (phase == Phase.LOGIN ? 1 : 5), "a wrong version");
        } else if (answerBytes == 2 && phase == Phase.METHOD) {
            require(value == 0xff || value == (asksCredentials ? 2 : 0), "a method nobody offered");
            enter(value == 0xff ? Phase.REFUSED : asksCredentials ? Phase.LOGIN : Phase.REPLY);
        } else if (answerBytes == 2 && phase == Phase.LOGIN) {
            require(value == 0 || value == 1, "a status of a login that is none");
            enter(value == 0 ? Phase.REPLY : Phase.REFUSED);
        } else if (phase == Phase.REPLY && answerBytes == replyBytes()) {
            require(STATUSES.contains((int) answer[1]), "a status that is never given");
            enter(answer[1] == 0 ? Phase.GRANTED : Phase.REFUSED);
        }
    }

    private int replyBytes() {
        return answerBytes < 4 ? Integer.MAX_VALUE : answer[3] == SocksAddress.IPV6 ? 22 : 10;
    }

    private void enter(Phase next) {
        phase = next;
        phaseNanos = clock.getAsLong();
        answerBytes = 0;
    }

    private void require(boolean isSo, String otherwise) {
        if (!isSo) {
            fault = otherwise;
            throw new AssertionError(otherwise);
        }
    }

    /** Says what is wrong with it; null if nothing is. */
    @Nullable
    String fault() {
        if (fault != null || !connection.isOpen()) {
            return fault;
        }
        long now = clock.getAsLong();
        long end = endNanos(now);
        return now > end
                ? "open " + (now - end) / 1e9 + " s after it should have ended, in " + phase + ", intent "
                        + script.intent()
                : null;
    }

    /** When its connection must have ended if nothing more happens. */
    private long endNanos(long now) {
        if (stream != null && stream.isOver() || exchange != null && exchange.isOver()) {
            overNanos = overNanos < 0 ? now : overNanos;
        }
        if (hasBeenLazy) {
            return isAssociation() ? Long.MAX_VALUE : activeNanos + LAZY_NANOS;
        }
        return switch (phase) {
            case METHOD, LOGIN, REPLY -> begins() ? Long.MAX_VALUE : begunNanos + NEGOTIATION_NANOS;
            case REFUSED -> phaseNanos + ENDING_NANOS;
            case GRANTED -> grantedEndNanos();
        };
    }

    private boolean begins() {
        return (stream != null && !stream.isOver()) || isAssociation();
    }

    private boolean isAssociation() {
        return association != null && association.isOpen();
    }

    private long grantedEndNanos() {
        if (association != null) {
            return association.isOpen() ? Long.MAX_VALUE : phaseNanos;
        }
        if (stream == null && exchange == null) {
            return phaseNanos + NEGOTIATION_NANOS;
        }
        if (overNanos >= 0) {
            return overNanos + ENDING_NANOS;
        }
        return exchange != null ? Long.MAX_VALUE : activeNanos + IDLE_NANOS;
    }
}
