package org.tunnel8.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A place in the population, whoever holds it.
 *
 * @param placement how whoever holds it is connected
 * @param exit whether that one is an exit
 * @param misbehaviour what it does instead of running a node; null for a node of ours
 * @param lie what its node does to circuits; null if it is honest
 * @param slow whether it is far away
 * @param full whether it joins no circuit
 */
record Role(
        Placement placement,
        boolean exit,
        @Nullable Misbehaviour misbehaviour,
        @Nullable Lie lie,
        boolean slow,
        boolean full) {
    /** Draws the places of so many peers. */
    static List<Role> draw(Population population, int peers, SeededRandom random) {
        int exits = Math.max(1, rounded(population.exits() * peers));
        int others = Math.max(0, peers - exits);
        int open = rounded(population.open() * others);
        int symmetric = rounded(population.symmetric() * others);
        List<Placement> placements = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            placements.add(
                    i < open
                            ? Placement.PUBLIC
                            : i < open + symmetric ? Placement.SYMMETRIC : Placement.PORT_RESTRICTED);
        }
        shuffle(placements, random);
        int misbehaving = Math.min(others, rounded(population.misbehaving() * peers));
        Misbehaviour[] kinds = Misbehaviour.values();
        int liars = rounded(population.liars() * others);
        List<Role> roles = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            roles.add(new Role(
                    placements.get(i),
                    false,
                    i < misbehaving ? kinds[i % kinds.length] : null,
                    i < liars ? Lie.ofNumber(i) : null,
                    i < rounded(population.slow() * others),
                    i < rounded(population.full() * others)));
        }
        for (int i = 0; i < exits; i++) {
            roles.add(new Role(
                    Placement.PUBLIC,
                    true,
                    null,
                    i < rounded(population.liars() * exits) ? Lie.ofNumber(liars + i) : null,
                    i < rounded(population.slow() * exits),
                    i < rounded(population.full() * exits)));
        }
        shuffle(roles, random);
        return roles;
    }

    private static int rounded(double value) {
        return (int) Math.round(value);
    }

    private static <T> void shuffle(List<T> list, SeededRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T moved = list.get(i);
            list.set(i, list.get(j));
            list.set(j, moved);
        }
    }
}
