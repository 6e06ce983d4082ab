package org.tunnel8.peer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Choices in which a network counts once, however many peers it has: whoever holds a /16 with a thousand keys in it is
 * chosen no more often than somebody with one. Functions only; engine thread.
 */
public final class Diversity {
    private Diversity() {}

    /**
     * How many peers each network has.
     *
     * @param peers the peers
     * @return a new map, without networks that have none
     */
    public static Map<NetworkPrefix, Integer> crowds(Collection<Peer> peers) {
        Map<NetworkPrefix, Integer> crowds = new HashMap<>();
        for (Peer peer : peers) {
            crowds.merge(peer.network(), 1, Integer::sum);
        }
        return crowds;
    }

    /**
     * Draws peers at random: first a network, then a peer of it, and none from a network that is drawn from already while
     * there is another.
     *
     * @param peers whom to draw from
     * @param count how many to draw
     * @param random decides
     * @return a new list of so many peers, or of all if there are not more
     */
    public static List<Peer> draw(Collection<Peer> peers, int count, RandomGenerator random) {
        Map<NetworkPrefix, List<Peer>> rest = new LinkedHashMap<>();
        for (Peer peer : peers) {
            rest.computeIfAbsent(peer.network(), network -> new ArrayList<>()).add(peer);
        }
        List<Peer> drawn = new ArrayList<>(count);
        List<List<Peer>> round = new ArrayList<>();
        while (drawn.size() < count && !rest.isEmpty()) {
            if (round.isEmpty()) {
                round.addAll(rest.values());
            }
            List<Peer> network = round.remove(random.nextInt(round.size()));
            Peer next = network.remove(random.nextInt(network.size()));
            drawn.add(next);
            if (network.isEmpty()) {
                rest.remove(next.network());
            }
        }
        return drawn;
    }
}
