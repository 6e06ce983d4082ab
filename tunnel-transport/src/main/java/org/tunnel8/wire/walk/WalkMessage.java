package org.tunnel8.wire.walk;

/**
 * A message by which nodes get known to each other, or stay so ({@code PROTOCOL.md §4}).
 *
 * <p>All are immutable and refuse in their constructors what could not be sent.
 */
public sealed interface WalkMessage
        permits IntroductionRequest,
                IntroductionResponse,
                PunctureRequest,
                Puncture,
                IntroduceToRequest,
                SimilarityRequest,
                SimilarityResponse,
                DiscoveryPing,
                DiscoveryPong {
    /** The byte that names the kind: a constant of {@link WalkMessageId}. */
    int messageId();

    /** The 16-bit number that ties an answer to its question. */
    int identifier();

    /** Whether packets of this kind carry the sender's key and signature. The others can come from anybody. */
    boolean signed();
}
