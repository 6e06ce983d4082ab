package org.tunnel8.walk;

/**
 * How getting known goes (FR-023). Immutable.
 *
 * @param peers verified peers
 * @param exits how many of them are candidates for an exit
 * @param walkable introduced addresses not asked yet
 * @param outstanding requests to find peers that are unanswered
 * @param bootstrap how entering the network goes
 * @param bootstrapServers bootstrap addresses known
 * @param bootstrapAnswering how many of them answered when last asked
 * @param introducible members a bootstrap server can introduce; 0 without that role
 * @param degraded whether no peer is known, and neither bootstrap servers nor remembered peers answer (edge case 1)
 * @param remembered peers of earlier runs that were known at the start
 * @param rememberedTried how many remembered peers were asked
 * @param rememberedFound how many of them have answered
 * @param natType what we are behind (edge case 2); while it is SYMMETRIC, nobody is walked to who needs a puncture
 * @param natEvidence what tells
 * @param puncturesFailing whether more than half of the punctures failed lately
 */
public record DiscoveryStatus(
        int peers,
        int exits,
        int walkable,
        int outstanding,
        BootstrapState bootstrap,
        int bootstrapServers,
        int bootstrapAnswering,
        int introducible,
        boolean degraded,
        int remembered,
        int rememberedTried,
        int rememberedFound,
        NatType natType,
        NatEvidence natEvidence,
        boolean puncturesFailing) {

    /**
     * Says why there is no way into the network.
     *
     * @return a sentence for the user that names nobody (D12); empty if there is a way, or none was tried yet
     */
    public String whyDegraded() {
        if (!degraded) {
            return "";
        }
        String servers = bootstrapServers == 0
                ? "no address of a bootstrap server is known"
                : "none of " + bootstrapServers + " bootstrap servers answers";
        String peers = rememberedTried == 0 ? "" : ", nor any of " + rememberedTried + " remembered peers";
        return "no peer is known, and " + servers + peers + "; they are asked again every 30 s";
    }
}
