package org.tunnel8.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A network and what happens in it, and what is asked of it: who takes part, over which links, with which bootstrap
 * servers, and what the measured client does. Immutable.
 *
 * <p>The standing scenarios are in {@link #standing()}; {@code docs/simulation.md} describes them. Others are made from
 * these by the {@code with…} methods, or whole.
 *
 * @param name one word
 * @param summary one line for a reader
 * @param peers how many peers there are besides the measured client
 * @param population who they are
 * @param links what the ways between hosts do
 * @param servers the bootstrap servers
 * @param course what happens to the measured client
 * @param load what its circuits have to do
 * @param arrival the peers start at random times within this from the beginning
 * @param clientStart when the measured client starts
 * @param observed for how long it is then measured; after its second start, where there is one
 * @param requirements what is asked in events
 * @param ratios what is asked of one thing by another
 */
public record Scenario(
        String name,
        String summary,
        int peers,
        Population population,
        LinkSettings links,
        ServerPark servers,
        Course course,
        Load load,
        Duration arrival,
        Duration clientStart,
        Duration observed,
        List<Requirement> requirements,
        List<RatioRequirement> ratios) {
    /** More peers than anybody can wait for. */
    public static final int MAX_PEERS = 20_000;

    /** How long no bootstrap server answers the client in the dark. */
    static final Duration DARKNESS = Duration.ofMinutes(3);

    /** It lasts up to so much longer. */
    static final Duration DARKNESS_VARIES = Duration.ofSeconds(30);

    /** How long a client that returns has been there before. */
    static final Duration FIRST_STAY = Duration.ofMinutes(5);

    /** How long it is away. */
    static final Duration ABSENCE = Duration.ofMinutes(10);

    /** Checks what must hold. */
    public Scenario {
        Objects.requireNonNull(name);
        Objects.requireNonNull(summary);
        Objects.requireNonNull(population);
        Objects.requireNonNull(links);
        Objects.requireNonNull(servers);
        Objects.requireNonNull(course);
        Objects.requireNonNull(load);
        if (peers < 1 || peers > MAX_PEERS) {
            throw new IllegalArgumentException("a scenario has 1 to " + MAX_PEERS + " peers, not " + peers);
        }
        if (arrival.isNegative() || clientStart.isNegative() || observed.isNegative() || observed.isZero()) {
            throw new IllegalArgumentException("times are not negative, and the client is observed for some time");
        }
        if (course.hasFlows() != (load.flows() > 0)) {
            throw new IllegalArgumentException("flows are what a client has that streams");
        }
        requirements = List.copyOf(requirements);
        ratios = List.copyOf(ratios);
    }

    /**
     * The scenarios that results are told of.
     *
     * @return all of them, {@code tribler} first
     */
    public static List<Scenario> standing() {
        return LoadScenarios.ALL;
    }

    /**
     * Finds a standing scenario.
     *
     * @param name its name
     * @return empty if there is none of that name
     */
    public static Optional<Scenario> named(String name) {
        return standing().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst();
    }

    /**
     * How long a run takes in virtual time, from the first peer's arrival to the last measurement.
     *
     * @return the time
     */
    public Duration horizon() {
        Duration first = clientStart.plus(observed);
        return switch (course) {
            case RETURNS -> first.plus(FIRST_STAY).plus(ABSENCE);
            case STREAMS, STAYS -> first.plus(Load.LEAD);
            default -> first;
        };
    }

    /** The parts of a scenario that is being made from another. */
    private static final class Draft {
        private String name;
        private String summary;
        private int peers;
        private Population population;
        private LinkSettings links;
        private ServerPark servers;
        private Course course;
        private Load load;
        private Duration arrival;
        private Duration clientStart;
        private Duration observed;
        private List<Requirement> requirements;
        private List<RatioRequirement> ratios;

        Draft(Scenario from) {
            name = from.name;
            summary = from.summary;
            peers = from.peers;
            population = from.population;
            links = from.links;
            servers = from.servers;
            course = from.course;
            load = from.load;
            arrival = from.arrival;
            clientStart = from.clientStart;
            observed = from.observed;
            requirements = from.requirements;
            ratios = from.ratios;
        }

        Scenario scenario() {
            return new Scenario(
                    name,
                    summary,
                    peers,
                    population,
                    links,
                    servers,
                    course,
                    load,
                    arrival,
                    clientStart,
                    observed,
                    requirements,
                    ratios);
        }
    }

    private Scenario with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.scenario();
    }

    /**
     * The same under another name.
     *
     * @param newName one word
     * @param newSummary one line for a reader
     * @return the scenario
     */
    public Scenario withName(String newName, String newSummary) {
        return with(draft -> {
            draft.name = newName;
            draft.summary = newSummary;
        });
    }

    /**
     * The same with more or fewer peers.
     *
     * @param count how many
     * @return the scenario
     */
    public Scenario withPeers(int count) {
        return with(draft -> draft.peers = count);
    }

    /**
     * The same with other peers.
     *
     * @param others who they are
     * @return the scenario
     */
    public Scenario withPopulation(Population others) {
        return with(draft -> draft.population = others);
    }

    /**
     * The same over other links.
     *
     * @param others what they do
     * @return the scenario
     */
    public Scenario withLinks(LinkSettings others) {
        return with(draft -> draft.links = others);
    }

    /**
     * The same with other bootstrap servers.
     *
     * @param others which
     * @return the scenario
     */
    public Scenario withServers(ServerPark others) {
        return with(draft -> draft.servers = others);
    }

    /**
     * The same with something else happening to the measured client.
     *
     * @param other what
     * @return the scenario
     */
    public Scenario withCourse(Course other) {
        return with(draft -> draft.course = other);
    }

    /**
     * The same with other work for the measured client's circuits.
     *
     * @param other what they have to do
     * @return the scenario
     */
    public Scenario withLoad(Load other) {
        Course flowing = course.hasFlows() ? course : Course.STREAMS;
        Course quiet = course.hasFlows() ? Course.JOINS : course;
        Course fitting = other.flows() > 0 ? flowing : quiet;
        return with(draft -> {
            draft.course = fitting;
            draft.load = other;
        });
    }

    /**
     * The same with other requirements on ratios.
     *
     * @param others what is asked
     * @return the scenario
     */
    public Scenario withRatios(List<RatioRequirement> others) {
        return with(draft -> draft.ratios = others);
    }

    /**
     * The same at other times.
     *
     * @param peersWithin the peers start at random times within this from the beginning
     * @param client when the measured client starts
     * @param measured for how long it is then measured
     * @return the scenario
     */
    public Scenario withTimes(Duration peersWithin, Duration client, Duration measured) {
        return with(draft -> {
            draft.arrival = peersWithin;
            draft.clientStart = client;
            draft.observed = measured;
        });
    }

    /**
     * The same with other requirements.
     *
     * @param others what is asked
     * @return the scenario
     */
    public Scenario withRequirements(List<Requirement> others) {
        return with(draft -> draft.requirements = others);
    }
}
