package org.tunnel8.walk;

import java.util.Collections;
import java.util.List;

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
     */
    static PortVotes of(List<Integer> newestFirst) {
        List<Integer> looked = newestFirst.subList(0, Math.min(MOST, newestFirst.size()));
        int best = 0;
        int most = 0;
        int different = 0;
        for (int i = 0; i < looked.size(); i++) {
            int count = 0;
            for (int k = 0; k <= i; k++) {
                count += looked.get(k).equals(looked.get(i)) ? 1 : 0;
            }
            different += count == 1 ? 1 : 0;
            if (count > most) {
                best = looked.get(i);
                most = count;
            }
        }
        boolean latestAgree = agree(looked);
        if (latestAgree) {
            best = looked.get(0);
            most = Collections.frequency(looked, best);
        }
        boolean mostAgree = most >= QUORUM && 2 * most > looked.size();
        return new PortVotes(looked.size(), most, different, best, latestAgree || mostAgree);
    }

    /** Tells whether the latest voters are of one mind. */
    static <T> boolean agree(List<T> newestFirst) {
        if (newestFirst.size() < LATEST) {
            return false;
        }
        for (int i = 1; i < LATEST; i++) {
            if (!newestFirst.get(i).equals(newestFirst.get(0))) {
                return false;
            }
        }
        return true;
    }
}
