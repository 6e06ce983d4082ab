package org.tunnel8.transport.udp;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.TransportEvent;

/** Keeps what came to a port, for a test's thread to look at. */
final class Received implements DatagramListener {
    final List<Datagram> datagrams = new CopyOnWriteArrayList<>();
    final List<TransportEvent> events = new CopyOnWriteArrayList<>();

    record Datagram(InetSocketAddress from, byte[] bytes) {}

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        datagrams.add(new Datagram(from, Arrays.copyOfRange(buffer, offset, offset + length)));
        // The contract gives the whole buffer to the callee.
        Arrays.fill(buffer, (byte) 0xEE);
    }

    @Override
    public void onTransportEvent(TransportEvent event) {
        events.add(event);
    }

    List<byte[]> contents() {
        return datagrams.stream().map(Datagram::bytes).toList();
    }

    List<Integer> lengths() {
        return datagrams.stream().map(datagram -> datagram.bytes().length).toList();
    }
}
