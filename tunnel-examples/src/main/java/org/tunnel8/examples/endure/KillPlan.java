package org.tunnel8.examples.endure;

import java.util.List;
import java.util.Optional;
import org.tunnel8.CircuitStatus;

/**
 * Says whom to kill: a hop of the circuit that carries the traffic at that moment, relay and exit by turns, and among the
 * relays the first and the middle hop by turns. For one thread.
 */
final class KillPlan {
    private final List<Member> members;
    private int kills;

    /**
     * One who is to die.
     *
     * @param member who
     * @param hop which hop of the circuit it is, from 1
     * @param exit whether that is the last
     */
    record Victim(Member member, int hop, boolean exit) {}

    KillPlan(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /**
     * Picks the next one; the turn is its.
     *
     * @param circuits the client's circuits at the moment
     * @return nobody if no circuit can carry anything, or it goes over nobody of ours
     */
    Optional<Victim> next(List<CircuitStatus> circuits) {
        Optional<CircuitStatus> inUse = circuits.stream()
                .filter(circuit -> circuit.ready() && circuit.primary() && !circuit.suspect())
                .findFirst();
        if (inUse.isEmpty()) {
            return Optional.empty();
        }
        List<String> path = inUse.get().path();
        int hop = hop(path.size());
        Optional<Victim> victim = members.stream()
                .filter(member -> member.label().equals(path.get(hop - 1)))
                .findFirst()
                .map(member -> new Victim(member, hop, hop == path.size()));
        kills += victim.isPresent() ? 1 : 0;
        return victim;
    }

    private int hop(int hops) {
        boolean exitsTurn = hops == 1 || kills % 2 == 1;
        return exitsTurn ? hops : 1 + kills / 2 % (hops - 1);
    }
}
