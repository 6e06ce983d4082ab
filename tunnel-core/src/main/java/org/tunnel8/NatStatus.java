package org.tunnel8;

/**
 * What stands between a client or node and the Internet, and what that was told from (edge case 2). Immutable.
 *
 * @param type what it is
 * @param voters peers and bootstrap servers lately asked that told on which port they see us, one for each of their IP
 *     addresses; of the latest twelve
 * @param agreeing how many of them see the port that is named most often
 * @param ports different ports they name
 * @param punctures handshakes lately with introduced peers behind NATs; of the latest 32
 * @param failedPunctures how many of them failed
 * @param puncturesFailing whether more than half of enough punctures failed, and not much fewer since
 */
public record NatStatus(
        Type type, int voters, int agreeing, int ports, int punctures, int failedPunctures, boolean puncturesFailing) {

    /** What stands there. */
    public enum Type {
        /** Not known yet: too few have been asked. */
        UNKNOWN,
        /** Nothing that changes addresses. */
        OPEN,
        /** A NAT that shows the same port to everybody. Peers behind most other NATs can be reached. */
        CONE,
        /**
         * A NAT that shows each target another port. Only peers that everybody can reach are looked for: relay-only mode.
         */
        SYMMETRIC
    }

    static final NatStatus NOT_BEGUN = new NatStatus(Type.UNKNOWN, 0, 0, 0, 0, 0, false);

    /**
     * Tells whether only peers are looked for that everybody can reach.
     *
     * @return true behind a symmetric NAT
     */
    public boolean isRelayOnly() {
        return type == Type.SYMMETRIC;
    }

    /**
     * The type and its evidence in a sentence for the user.
     *
     * @return without addresses or ports
     */
    public String explanation() {
        String seen = agreeing + " of " + voters + " see the same port";
        return switch (type) {
            case UNKNOWN -> "the kind of NAT is not known yet";
            case OPEN -> "no NAT: " + seen + ", and it is ours";
            case CONE -> "behind a NAT that lets peers through: " + reason(seen);
            case SYMMETRIC ->
                "behind a symmetric NAT, so only peers with public addresses are used: "
                        + reason(voters + " see " + ports + " different ports");
        };
    }

    private String reason(String ofVoters) {
        return voters > 1 ? ofVoters : failedPunctures + " of " + punctures + " punctures failed";
    }
}
