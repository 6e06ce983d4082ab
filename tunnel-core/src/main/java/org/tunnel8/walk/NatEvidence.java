package org.tunnel8.walk;

/**
 * What a {@link NatType} was told from. Immutable.
 *
 * @param voters those lately asked that told which port they see, one for each of their IP addresses
 * @param agreeing how many of them see the port that is named most often
 * @param ports different ports they name
 * @param boundThere whether that port and the agreed address are those our own port is bound to
 * @param punctures handshakes with introduced peers lately that needed a puncture
 * @param failedPunctures how many of them failed
 */
public record NatEvidence(int voters, int agreeing, int ports, boolean boundThere, int punctures, int failedPunctures) {
    /** Nothing is known yet. */
    public static final NatEvidence NONE = new NatEvidence(0, 0, 0, false, 0, 0);
}
