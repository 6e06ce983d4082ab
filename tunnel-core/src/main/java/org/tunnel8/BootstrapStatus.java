package org.tunnel8;

/**
 * How entering the network goes (FR-023, edge case 1). Immutable.
 *
 * @param state how it goes with the bootstrap servers
 * @param servers bootstrap addresses known, those of resolved names included
 * @param answering how many of them answered when last asked
 * @param remembered peers of earlier runs that were known at the start
 * @param rememberedTried how many remembered peers were asked
 * @param rememberedFound how many of them have answered
 * @param degraded whether there is no way into the network: no peer is known, and neither servers nor remembered peers
 *     answer. All are asked again every 30 seconds
 */
public record BootstrapStatus(
        State state,
        int servers,
        int answering,
        int remembered,
        int rememberedTried,
        int rememberedFound,
        boolean degraded) {

    /** How it goes with the bootstrap servers. */
    public enum State {
        /** There are none to contact, or contacting has not begun. */
        IDLE,
        /** They are being asked and none has answered yet. */
        CONTACTING,
        /** At least one answers, or has answered since the last time all were asked. */
        ANSWERED,
        /** None answers, neither of all when they were asked nor of those that did before. */
        UNREACHABLE
    }

    static final BootstrapStatus NOT_BEGUN = new BootstrapStatus(State.IDLE, 0, 0, 0, 0, 0, false);
}
