package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.ip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Things a client's host never does, done on purpose. */
class LeakWatchTest {
    private static final InetSocketAddress SERVER = new InetSocketAddress(ip("198.51.100.9"), 6_421);

    private final SimulatedNetwork network = new SimulatedNetwork(1, SignatureMode.REPLACED, LayerMode.REPLACED);
    private final List<String> notes = new ArrayList<>();
    private SimulatedNode client;
    private MeasuredFlow flow;
    private LeakWatch watch;

    @BeforeEach
    void aClientWithAFlow() {
        AddressPlan addresses = new AddressPlan(network.random());
        Residents residents =
                new Residents(network, Population.STANDING, List.of(SERVER), addresses, new NatWatch(network));
        client = SimulatedNode.builder(network.host(ip("198.51.100.1")))
                .roles(List.of())
                .circuits(3, 1, 20)
                .build();
        watch = new LeakWatch(client, residents, List.of(SERVER), notes::add);
        client.start();
        flow = new MeasuredFlow(client, network.host(ip("192.0.2.1")), Load.FLOW, null);
        watch.watch(flow);
    }

    private void send(InetSocketAddress to, byte[] bytes) {
        client.port().send(to, bytes, 0, bytes.length);
        network.runFor(Duration.ofSeconds(1));
    }

    private void assertLeaked(String what) {
        assertThat(notes).hasSize(1);
        assertThat(notes.get(0)).contains(what);
        assertThat(watch.nothing().times()).isEmpty();
    }

    @Test
    void whatTheNodeSaysToServersIsItsOwn() {
        send(SERVER, new byte[100]);
        assertThat(notes).isEmpty();
        assertThat(watch.nothing().times()).hasSize(1);
    }

    @Test
    void aDatagramToTheFlowsTargetLeaks() {
        send(new InetSocketAddress(flow.targetAddress(), 1), new byte[100]);
        assertLeaked("past the circuits");
    }

    @Test
    void aFlowsDatagramLeaksWhereverItGoes() {
        send(SERVER, FlowDatagram.make(flow.mark(), 1, 100));
        assertLeaked("in the clear");
    }

    @Test
    void anotherPortLeaks() {
        SimulatedPort other = client.host().open(0, (now, from, buffer, offset, length) -> {});
        other.send(SERVER, new byte[100], 0, 100);
        assertLeaked("another port");
    }

    @Test
    void aDatagramToNobodyOfTheNetworkLeaks() {
        send(new InetSocketAddress(ip("203.0.113.7"), 80), new byte[100]);
        assertLeaked("stray");
    }

    @Test
    void aTargetThatHearsSomebodyElseThanAnExitHasALeak() {
        SimulatedHost stranger = network.host(ip("203.0.113.8"));
        SimulatedPort port = stranger.open(0, (now, from, buffer, offset, length) -> {});
        port.send(new InetSocketAddress(flow.targetAddress(), 6_881), new byte[100], 0, 100);
        network.runFor(Duration.ofSeconds(1));
        assertThat(watch.nothing().times()).isEmpty();
        assertThat(notes).hasSize(1);
    }
}
