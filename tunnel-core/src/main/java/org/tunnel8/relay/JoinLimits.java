package org.tunnel8.relay;

/**
 * How the places for others' circuits are shared out, so that one neighbour does not take all and nobody can keep others
 * out by what he does not have to prove. Immutable.
 *
 * <p>The first half of the places goes to whoever comes. In the other half nobody gets more than his share: the one who
 * already holds it is refused, and what he holds stays.
 *
 * @param perAddress places of one IP address (IPv6: /64) from which it gets no more, once half of all are taken
 * @param perNeighbour the same for one key at one address
 * @param unproven circuits of which no cell has opened yet, from which on strangers get no more; peers that are known get
 *     half as many besides
 * @param unprovenPerPeer circuits of that half that one peer's address may have
 * @param createsPerSecondPerAddress creates of one address that are answered in a second, while more than half of what
 *     may be answered is used up
 */
public record JoinLimits(
        int perAddress, int perNeighbour, int unproven, int unprovenPerPeer, int createsPerSecondPerAddress) {
    private static final int LEAST_PER_ADDRESS = 4;
    private static final int LEAST_PER_NEIGHBOUR = 2;
    private static final int LEAST_UNPROVEN = 8;
    private static final int LEAST_PER_PEER = 2;

    /** Checks that all are positive. */
    public JoinLimits {
        if (perAddress < 1
                || perNeighbour < 1
                || unproven < 1
                || unprovenPerPeer < 1
                || createsPerSecondPerAddress < 1) {
            throw new IllegalArgumentException("the share of a neighbour is at least 1");
        }
    }

    /**
     * The shares that go with a size: a quarter of the places for an address, an eighth for a neighbour, half for
     * circuits without a cell, an eighth of the creates for an address.
     *
     * @param places the most places for others' circuits
     * @param createsPerSecond the most creates that are answered in a second
     * @return the shares
     */
    public static JoinLimits of(int places, int createsPerSecond) {
        return new JoinLimits(
                Math.max(places / 4, LEAST_PER_ADDRESS),
                Math.max(places / 8, LEAST_PER_NEIGHBOUR),
                Math.max(places / 2, LEAST_UNPROVEN),
                Math.max(places / 16, LEAST_PER_PEER),
                Math.max(createsPerSecond / 8, 1));
    }

    /**
     * Another share of an address, and the rest as it is.
     *
     * @param places places of one address
     * @return the shares
     */
    public JoinLimits withPerAddress(int places) {
        return new JoinLimits(places, perNeighbour, unproven, unprovenPerPeer, createsPerSecondPerAddress);
    }

    /**
     * Another share of a neighbour, and the rest as it is.
     *
     * @param places places of one key at one address
     * @return the shares
     */
    public JoinLimits withPerNeighbour(int places) {
        return new JoinLimits(perAddress, places, unproven, unprovenPerPeer, createsPerSecondPerAddress);
    }

    /**
     * Another share of the creates, and the rest as it is.
     *
     * @param perSecond creates of one address
     * @return the shares
     */
    public JoinLimits withCreates(int perSecond) {
        return new JoinLimits(perAddress, perNeighbour, unproven, unprovenPerPeer, perSecond);
    }

    /** Circuits without a cell that there may be in all. */
    int unprovenInAll() {
        return unproven + unproven / 2;
    }
}
