package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tunnel8.DirectConsent;
import org.tunnel8.NatStatus;
import org.tunnel8.TunnelEvent;

class EntryEventsTest {
    private static final NatStatus SYMMETRIC = new NatStatus(NatStatus.Type.SYMMETRIC, 8, 1, 8, 10, 6, true);

    private static final DirectConsent CONSENT =
            DirectConsent.userAcceptsIpExposure(Duration.ofHours(1)).only(DirectConsent.Scope.DATAGRAMS);

    private static final List<TunnelEvent> EVENTS = List.of(
            new TunnelEvent.PeersChanged(1),
            new TunnelEvent.TroubleChanged(Optional.empty()),
            new TunnelEvent.Degraded("nobody answers"),
            new TunnelEvent.Recovered(Duration.ofMillis(30_250)),
            new TunnelEvent.MemoryTrouble("the file is no file"),
            new TunnelEvent.QuotaTrouble("the quota file is damaged"),
            new TunnelEvent.QuotaUsedUp(1_000, Instant.parse("2026-12-01T00:00:00Z")),
            new TunnelEvent.QuotaRenewed(1_000),
            new TunnelEvent.DirectConnectionsAllowed(CONSENT, Instant.parse("2026-12-01T00:00:00Z")),
            new TunnelEvent.DirectConnectionsUsed(DirectConsent.Scope.DATAGRAMS),
            new TunnelEvent.DirectConnectionsEnded(CONSENT, TunnelEvent.DirectConnectionsEnded.Reason.EXPIRED),
            new TunnelEvent.NatChanged(SYMMETRIC),
            new TunnelEvent.PuncturesFailing(SYMMETRIC),
            new TunnelEvent.PuncturesRecovered(SYMMETRIC));

    private static String told(boolean json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream writer = new PrintStream(out, true, StandardCharsets.UTF_8);
        EntryEvents events =
                new EntryEvents(new Report(new Surroundings(writer, writer, false, new StopSignal()), json));
        EVENTS.forEach(events);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void tellsProgramsInJsonWhetherThereIsAWayIn() {
        assertThat(told(true).lines())
                .containsExactly(
                        "{\"event\":\"trouble\",\"kind\":\"NONE\",\"sentence\":\"\",\"remedy\":\"\"}",
                        "{\"event\":\"degraded\",\"reason\":\"nobody answers\"}",
                        "{\"event\":\"recovered\",\"seconds\":30.25}",
                        "{\"event\":\"memory\",\"reason\":\"the file is no file\"}",
                        "{\"event\":\"quota-trouble\",\"reason\":\"the quota file is damaged\"}",
                        "{\"event\":\"quota-used-up\",\"quotaBytes\":1000,\"renewal\":\"2026-12-01T00:00:00Z\"}",
                        "{\"event\":\"quota-renewed\",\"quotaBytes\":1000}",
                        "{\"event\":\"direct-connections-allowed\",\"scopes\":[\"DATAGRAMS\"],\"until\":\"2026-12-01T00:00:00Z\"}",
                        "{\"event\":\"direct-connections-used\",\"scope\":\"DATAGRAMS\"}",
                        "{\"event\":\"direct-connections-ended\",\"reason\":\"EXPIRED\"}",
                        natLine("nat"),
                        natLine("punctures-failing"),
                        natLine("punctures-recovered"));
    }

    @Test
    void tellsPeopleInWords() {
        assertThat(told(false).lines())
                .containsExactly(
                        "anonymous routing is unavailable: nobody answers",
                        "somebody answers again, after 30.3 s",
                        "the file is no file",
                        "the quota file is damaged",
                        "the quota is used up; others are served again from 2026-12-01T00:00:00Z on",
                        "a month has begun: others are served again",
                        "direct connections are allowed until 2026-12-01T00:00:00Z",
                        "there is no circuit: traffic goes directly now (DATAGRAMS)",
                        "direct connections are no longer allowed (EXPIRED)",
                        "behind a symmetric NAT, so only peers with public addresses are used: 8 see 8 different ports",
                        "most peers behind NATs cannot be reached: 6 of the last 10 failed",
                        "peers behind NATs can be reached again");
    }

    private static String natLine(String event) {
        return "{\"event\":\"" + event + "\",\"type\":\"SYMMETRIC\",\"relayOnly\":true,\"voters\":8,"
                + "\"agreeing\":1,\"ports\":8,\"punctures\":10,\"failedPunctures\":6}";
    }
}
