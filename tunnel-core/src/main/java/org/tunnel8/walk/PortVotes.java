package org.tunnel8.walk;

/**
 * On which port those lately asked see us, by one IP address of ours. Immutable.
 *
 * @param voters how many there are
 * @param agreeing how many of them name {@code port}
 * @param ports different ports they name
 * @param port the port that counts: the one the latest voters agree on, else the one named most often; 0 without voters
 * @param agreed whether most of them, two at least, or all the latest name it
 */
record PortVotes(int voters, int agreeing, int ports, int port, boolean agreed) {
    static final PortVotes NONE = new PortVotes(0, 0, 0, 0, false);

    private static final int QUORUM = 2;

    /** So many voters are looked at: enough to outvote a few liars, few enough to follow a change within a minute. */
    static final int MOST = 12;

    /**
     * So many latest voters of one mind outvote all earlier ones: what they see is new, not wrong. Of an overlay's members
     * a tenth may lie; that as many liars answer one after the other is then a matter of one time in 100,000.
     */
    static final int LATEST = 5;

    /**
     * Counts.
     *
     * @param newestFirst what each voter named
     * @param voters how many of these there are
     */
    static PortVotes of(int[] newestFirst, int voters) {
        int looked = Math.min(MOST, voters);
        int best = 0;
        int most = 0;
        int different = 0;
        for (int i = 0; i < looked; i++) {
            int count = frequency(newestFirst, i + 1, newestFirst[i]);
            different += count == 1 ? 1 : 0;
            if (count > most) {
                best = newestFirst[i];
                most = count;
            }
        }
        boolean latestAgree = looked >= LATEST && frequency(newestFirst, LATEST, newestFirst[0]) == LATEST;
        if (latestAgree) {
            best = newestFirst[0];
            most = frequency(newestFirst, looked, best);
        }
        boolean mostAgree = most >= QUORUM && 2 * most > looked;
        return new PortVotes(looked, most, different, best, latestAgree || mostAgree);
    }

    private static int frequency(int[] ports, int end, int port) {
        int count = 0;
        for (int i = 0; i < end; i++) {
            count += ports[i] == port ? 1 : 0;
        }
        return count;
    }
}
