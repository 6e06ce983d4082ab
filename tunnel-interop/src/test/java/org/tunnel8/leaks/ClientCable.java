package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;

/** The capture at the client's cable, and the judgement of it. For one thread. */
final class ClientCable {
    /** A torrent client that goes around the tunnel does it a thousand times. */
    private static final int SHOWN = 10;

    private final Capture capture;
    private final ClientTraffic traffic;

    /** Starts to capture. */
    ClientCable(LeakLab lab, TunnelParties parties) {
        LabHost host = lab.host("client");
        this.traffic = new ClientTraffic(host.mac(), host.allAddresses(), parties.endpoints());
        this.capture = Capture.start(lab, host);
    }

    ClientTraffic traffic() {
        return traffic;
    }

    /** Judges what came since the last look; fails if there was ever a leak. */
    void look() {
        judge();
        assertThat(traffic.leaks().stream().limit(SHOWN))
                .as("what went around the tunnel")
                .isEmpty();
    }

    /** Judges what came since the last time. */
    void judge() {
        capture.news().forEach(traffic::judge);
    }

    /** Ends the capture; {@link #look} then judges the rest. Returns how many packets it missed. */
    int stop() {
        return capture.stop();
    }
}
