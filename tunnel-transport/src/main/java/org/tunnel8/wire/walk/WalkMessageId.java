package org.tunnel8.wire.walk;

/** Message ids of the walker, of the discovery overlay, and of the hash table's ping ({@code PROTOCOL.md §4, §12}). */
public final class WalkMessageId {
    /** {@link Puncture}, new style. */
    public static final int NEW_PUNCTURE = 231;

    /** {@link PunctureRequest}, new style. */
    public static final int NEW_PUNCTURE_REQUEST = 232;

    /** {@link IntroductionResponse}, new style. */
    public static final int NEW_INTRODUCTION_RESPONSE = 233;

    /** {@link IntroductionRequest}, new style. */
    public static final int NEW_INTRODUCTION_REQUEST = 234;

    /** {@link IntroductionResponse}, old style. */
    public static final int INTRODUCTION_RESPONSE = 245;

    /** {@link IntroductionRequest}, old style. */
    public static final int INTRODUCTION_REQUEST = 246;

    /** {@link Puncture}, old style. */
    public static final int PUNCTURE = 249;

    /** {@link PunctureRequest}, old style. */
    public static final int PUNCTURE_REQUEST = 250;

    /** {@link SimilarityRequest}, in the discovery overlay only. */
    public static final int SIMILARITY_REQUEST = 1;

    /** {@link SimilarityResponse}, in the discovery overlay only. */
    public static final int SIMILARITY_RESPONSE = 2;

    /** {@link DiscoveryPing}, in the discovery overlay only. */
    public static final int DISCOVERY_PING = 3;

    /** {@link DiscoveryPong}, in the discovery overlay only. */
    public static final int DISCOVERY_PONG = 4;

    /** {@link DhtPing} as a question, in the hash table only. */
    public static final int DHT_PING_REQUEST = 1;

    /** {@link DhtPing} as an answer, in the hash table only. */
    public static final int DHT_PING_RESPONSE = 2;

    private WalkMessageId() {}

    /**
     * Whether an id is one of the eight walker messages that every overlay knows.
     *
     * @param messageId 0 to 255
     * @return true if so
     */
    public static boolean isWalk(int messageId) {
        return (messageId >= NEW_PUNCTURE && messageId <= NEW_INTRODUCTION_REQUEST)
                || messageId == INTRODUCTION_RESPONSE
                || messageId == INTRODUCTION_REQUEST
                || messageId == PUNCTURE
                || messageId == PUNCTURE_REQUEST;
    }

    /**
     * Whether an id is one of the two unsigned walker messages.
     *
     * @param messageId 0 to 255
     * @return true if so
     */
    public static boolean isPunctureRequest(int messageId) {
        return messageId == PUNCTURE_REQUEST || messageId == NEW_PUNCTURE_REQUEST;
    }

    /**
     * Whether an id is one the discovery overlay knows.
     *
     * @param messageId 0 to 255
     * @return true if so
     */
    public static boolean isDiscovery(int messageId) {
        return (messageId >= SIMILARITY_REQUEST && messageId <= DISCOVERY_PONG) || isWalk(messageId);
    }
}
