package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tunnel8.driver.Endpoints;

/** Sends text, and keeps what it gets and from whom. */
final class Mailbox implements Participant {
    final SimulatedPort port;
    final List<String> texts = new ArrayList<>();
    final List<InetSocketAddress> senders = new ArrayList<>();
    final List<Long> timesNanos = new ArrayList<>();

    Mailbox(SimulatedHost host, int number) {
        port = host.open(number, this);
    }

    static InetAddress ip(String text) {
        return at(text + ":1").getAddress();
    }

    static InetSocketAddress at(String text) {
        return Endpoints.parse(text);
    }

    void send(InetSocketAddress to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        port.send(to, bytes, 0, bytes.length);
    }

    /** Who sent the last text. */
    InetSocketAddress lastSender() {
        return senders.get(senders.size() - 1);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        texts.add(new String(buffer, offset, length, StandardCharsets.UTF_8));
        senders.add(from);
        timesNanos.add(nowNanos);
    }
}
