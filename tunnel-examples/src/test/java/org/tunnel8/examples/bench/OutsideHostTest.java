package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutsideHostTest {
    @Test
    void sendsOneFlowToAnotherHostUntilStopped() throws Exception {
        try (OutsideHost sender = OutsideHost.open(InetAddress.getByName("127.0.0.1"));
                OutsideHost receiver = OutsideHost.open(InetAddress.getByName("127.0.0.1"))) {
            NumberedFlow flow = new NumberedFlow();
            receiver.receive(flow);
            sender.send(flow, receiver.address(), 1_300);
            assertThat(receiver.firstSender().join()).isEqualTo(sender.address());
            await().atMost(Duration.ofSeconds(10)).until(() -> flow.received() > 10_000);
            sender.stopSending();
            await().atMost(Duration.ofSeconds(10)).until(() -> flow.received() == flow.sent());
        }
    }
}
