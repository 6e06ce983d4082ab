package org.tunnel8.walk;

import java.net.InetSocketAddress;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.SignatureScheme;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;

/** Signs and sends our messages, and keeps the clock that counts them (PROTOCOL.md §4). Engine thread only. */
final class WalkOutput {
    private static final long CLOCK_IN_RESPONSES = 1 << 16;

    private final IdentityKey identity;
    private final SignatureScheme signatures;
    private final DatagramSink sink;
    private final WireWriter writer = Envelope.newWriter();
    private long clock;

    WalkOutput(IdentityKey identity, SignatureScheme signatures, DatagramSink sink) {
        this.identity = identity;
        this.signatures = signatures;
        this.sink = sink;
    }

    /** Sends a message that bears the full clock: punctures, puncture-requests and the discovery overlay's. */
    void send(InetSocketAddress to, CommunityId community, WalkMessage message) {
        send(to, community, message, ++clock);
    }

    /** Sends an introduction response, which bears the clock modulo 65,536. */
    void sendResponse(InetSocketAddress to, CommunityId community, WalkMessage message) {
        send(to, community, message, ++clock % CLOCK_IN_RESPONSES);
    }

    /**
     * Sends an introduction request. Its time equals its identifier, as in the reference; ours are drawn at random, so
     * that nobody can answer a request unseen.
     */
    void sendRequest(InetSocketAddress to, CommunityId community, WalkMessage message) {
        clock++;
        send(to, community, message, message.identifier());
    }

    /** Sends bytes that are a whole datagram already. */
    void sendRaw(InetSocketAddress to, byte[] packet) {
        sink.send(to, packet, 0, packet.length);
    }

    IdentityKey identity() {
        return identity;
    }

    private void send(InetSocketAddress to, CommunityId community, WalkMessage message, long time) {
        WalkCodec.encode(writer, signatures, community, message, time, identity);
        sink.send(to, writer.buffer(), writer.position() - writer.length(), writer.length());
    }
}
