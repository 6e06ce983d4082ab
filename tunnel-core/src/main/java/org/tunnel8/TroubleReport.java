package org.tunnel8;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelTrouble.Facts;
import org.tunnel8.TunnelTrouble.Kind;
import org.tunnel8.circuit.BuildFailures;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.engine.Trouble;
import org.tunnel8.engine.TroubleFacts;
import org.tunnel8.walk.DiscoveryStatus;

/** Says to the user why a client cannot be used. Loop thread only. */
final class TroubleReport {
    private final EngineDriver driver;
    private final int hops;

    TroubleReport(EngineDriver driver, int hops) {
        this.driver = driver;
        this.hops = hops;
    }

    /** What stands in the way; empty while nothing does. */
    Optional<TunnelTrouble> now() {
        if (!driver.hasEngine()) {
            return Optional.of(notStarted("the port is being bound"));
        }
        return Optional.ofNullable(of(driver.engine().trouble()));
    }

    /** For a client whose engine does not run yet. */
    static TunnelTrouble notStarted(String sentence) {
        String remedy = "call start(), and wait for its future and for whenReady";
        return new TunnelTrouble(Kind.NOT_STARTED, sentence, remedy, Duration.ZERO, Facts.NONE);
    }

    /** For a client that could bind no port. */
    static TunnelTrouble unbound(String sentence) {
        String remedy = "build a client with another port, or end the program that has it";
        return new TunnelTrouble(Kind.PORT_TROUBLE, sentence, remedy, Duration.ZERO, Facts.NONE);
    }

    /** For a client that was closed. */
    static TunnelTrouble closed() {
        return new TunnelTrouble(Kind.CLOSED, "the client is closed", "build a new one", Duration.ZERO, Facts.NONE);
    }

    @Nullable
    TunnelTrouble of(@Nullable Trouble trouble) {
        if (trouble == null) {
            return null;
        }
        TroubleFacts facts = trouble.facts();
        return new TunnelTrouble(
                Kind.valueOf(trouble.kind().name()),
                sentence(trouble),
                remedy(trouble),
                Duration.ofNanos(driver.nowNanos() - trouble.sinceNanos()),
                of(facts));
    }

    private static Facts of(TroubleFacts facts) {
        BuildFailures failures = facts.failures();
        return new Facts(
                facts.discovery().peers(),
                facts.minPeers(),
                facts.exits(),
                facts.firstHops(),
                failures.atFirstHop(),
                failures.between(),
                failures.atExit(),
                failures.withoutCandidate(),
                facts.unsent(),
                StatusReport.of(facts.discovery()),
                StatusReport.natOf(facts.discovery()));
    }

    private String sentence(Trouble trouble) {
        TroubleFacts facts = trouble.facts();
        DiscoveryStatus known = facts.discovery();
        BuildFailures failures = facts.failures();
        String peers = known.peers() + " of " + facts.minPeers() + " peers are known";
        String lately = " of the " + failures.all() + " attempts to build a circuit lately";
        return switch (trouble.kind()) {
            case BUILDING -> "circuits are being built";
            case NO_BOOTSTRAP_SERVER ->
                known.degraded()
                        ? "anonymous routing is unavailable: " + known.whyDegraded()
                        : peers + ", and " + servers(known);
            case TOO_FEW_PEERS ->
                known.peers() < facts.minPeers()
                        ? peers + (known.peers() == 0 ? ", as nobody has answered yet who was introduced to us" : "")
                        : failures.withoutCandidate() + lately + " found nobody to be a hop in between";
            case NO_EXIT -> known.peers() + " peers are known, and none of them is an exit that may be used";
            case NO_FIRST_HOP ->
                facts.firstHops() == 0
                        ? known.peers() + " peers are known, and none of them can be the first hop"
                        : failures.atFirstHop() + lately
                                + " failed as the first hop did not answer, nor has it been heard since";
            case EXITS_REFUSE -> failures.atExit() + lately + " came as far as the exit, which did not join";
            case NAT_TOO_STRICT ->
                peers + ", and " + facts.firstHops() + " can be the first hop, "
                        + StatusReport.natOf(known).explanation();
            case CAPACITY_FULL ->
                failures.atFirstHop() + failures.between() + lately
                        + " failed at relays that are there and take no more circuits";
            case PORT_TROUBLE ->
                facts.portLost()
                        ? "the system has closed the client's UDP port"
                        : facts.unsent()
                                + " datagrams could not be sent: the system refuses to send over the client's port";
            case CLOSED -> "the client is closed";
        };
    }

    private static String servers(DiscoveryStatus known) {
        return switch (known.bootstrap()) {
            case IDLE -> "there is no bootstrap server to ask";
            case CONTACTING -> "no bootstrap server has answered yet";
            default -> "none of the " + known.bootstrapServers() + " bootstrap servers answers";
        };
    }

    private String remedy(Trouble trouble) {
        return switch (trouble.kind()) {
            case BUILDING -> "this takes a few seconds";
            case NO_BOOTSTRAP_SERVER ->
                trouble.facts().discovery().bootstrapServers() == 0
                        ? "name the network's bootstrap servers, or remember peers of earlier runs"
                        : "they are asked again every 30 s; see that this computer has a connection and that UDP is not blocked";
            case TOO_FEW_PEERS -> "more peers are being looked for";
            case NO_EXIT -> "exits are being looked for; lists of allowed and denied hops may leave none";
            case NO_FIRST_HOP ->
                hops == 1 ? "exits are being looked for" : "others are being tried, and more looked for";
            case EXITS_REFUSE ->
                "other exits are being tried and looked for; at busy times their places may all be taken";
            case NAT_TOO_STRICT ->
                "peers with public addresses are being looked for; a port forwarded to this computer in the router helps";
            case CAPACITY_FULL -> "other relays are being tried, with pauses";
            case PORT_TROUBLE ->
                trouble.facts().portLost()
                        ? "close this client and build another"
                        : "it is tried on; see that this computer has a connection and that no firewall holds UDP back";
            case CLOSED -> "build a new one";
        };
    }
}
