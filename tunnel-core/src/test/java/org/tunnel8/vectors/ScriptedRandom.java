package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.tunnel8.wire.ByteString;

/**
 * Gives an engine what the recorded node has drawn: circuit ids, identifiers, ephemeral secrets, and the choices that
 * lead to the same addresses.
 *
 * <p>What the engine draws for affairs of its own while it walks (requests to bootstrap servers, repetitions) gets
 * identifiers that no recording has; once circuits are built, it gets nothing that was not recorded.
 */
final class ScriptedRandom implements RandomGenerator {
    /** Identifiers from here on are of requests that the recorded node did not send. */
    static final int FIRST_OWN_IDENTIFIER = 0xC000;

    private static final int IDENTIFIERS = 1 << 16;
    private static final int CHANCES = 256;
    private static final int PERCENT = 100;
    private static final int SECRET_BYTES = 32;
    private static final int NONE = -1;

    private final Deque<Integer> circuitIds = new ArrayDeque<>();
    private final Deque<Integer> identifiers = new ArrayDeque<>();
    private final Deque<ByteString> secrets = new ArrayDeque<>();
    private final Deque<Double> draws = new ArrayDeque<>();
    private byte[] filling = {};
    private boolean walking = true;
    private int nextOwnIdentifier = FIRST_OWN_IDENTIFIER;
    private int chosen = NONE;
    private int armed = NONE;
    private int whenAsking = NONE;
    private int introduced = NONE;

    /** From now on circuits are built: nothing is drawn but what was recorded. */
    void endWalking() {
        walking = false;
        assertThat(armed).as("an identifier not taken").isEqualTo(NONE);
    }

    /** Adds a recorded circuit id. */
    void circuitId(int id) {
        circuitIds.add(id);
    }

    /** Adds a recorded identifier of a message inside a cell. */
    void identifier(int identifier) {
        identifiers.add(identifier);
    }

    /** Adds a recorded ephemeral secret. */
    void secret(ByteString secret) {
        secrets.add(secret);
    }

    /** Adds a fraction by which a hop is drawn. */
    void draw(double fraction) {
        draws.add(fraction);
    }

    /** What a speed test's answer is filled with. */
    void filling(byte[] bytes) {
        filling = bytes;
    }

    /** Has the peer of this number, from 0, be drawn from now on. */
    void choose(int peer) {
        chosen = peer + 1;
    }

    /** Has the peer at this place of the table be introduced to the next who asks. */
    void introduce(int place) {
        introduced = place;
    }

    /** The next who asks has asked. */
    void endIntroducing() {
        introduced = NONE;
    }

    /** Has the very next request bear this identifier. */
    void arm(int identifier) {
        armed = identifier;
    }

    /** Has the very next request bear an identifier that no recording has. */
    void armOwn() {
        armed = nextOwnIdentifier++;
    }

    boolean isArmed() {
        return armed != NONE;
    }

    /** Has the walker's next question go to a peer, not to a bootstrap server, and bear this identifier. */
    void askPeer(int identifier) {
        whenAsking = identifier;
    }

    /** What was recorded and not drawn. */
    int left() {
        return circuitIds.size() + identifiers.size() + secrets.size() + draws.size();
    }

    @Override
    public int nextInt() {
        assertThat(circuitIds).as("recorded circuit ids").isNotEmpty();
        return circuitIds.remove();
    }

    @Override
    public int nextInt(int bound) {
        return switch (bound) {
            case IDENTIFIERS -> nextIdentifier();
            case CHANCES -> 0; // a walker's step asks, it does not walk: addresses are walked to when introduced
            case PERCENT -> whomToAsk();
            default -> introduced >= 0 && introduced < bound ? introduced : place(bound);
        };
    }

    /** The engine keeps the last candidate for which it drew 0, of bounds that rise from 1. */
    private int place(int bound) {
        return bound == chosen || bound == 1 ? 0 : 1;
    }

    private int nextIdentifier() {
        if (!walking && armed == NONE) {
            assertThat(identifiers).as("recorded identifiers").isNotEmpty();
            return identifiers.remove();
        }
        int identifier = armed == NONE ? nextOwnIdentifier++ : armed;
        armed = NONE;
        return identifier;
    }

    private int whomToAsk() {
        if (whenAsking == NONE) {
            return 0;
        }
        armed = whenAsking;
        whenAsking = NONE;
        return PERCENT - 1;
    }

    @Override
    public double nextDouble() {
        return draws.isEmpty() ? 0 : draws.remove();
    }

    @Override
    public void nextBytes(byte[] bytes) {
        if (bytes.length == SECRET_BYTES) {
            assertThat(secrets).as("recorded secrets").isNotEmpty();
            secrets.remove().put(bytes, 0);
        } else {
            System.arraycopy(filling, 0, bytes, 0, Math.min(filling.length, bytes.length));
        }
    }

    @Override
    public long nextLong() {
        throw new AssertionError("an engine draws no longs");
    }
}
