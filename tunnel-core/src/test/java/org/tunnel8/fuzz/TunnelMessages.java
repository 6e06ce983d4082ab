package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.cell.PeersRequest;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.cell.SpeedTestForm;
import org.tunnel8.wire.cell.TestRequest;

/** What a hostile owner says through a circuit, and a hostile hop in answer to a create. */
final class TunnelMessages {
    private static final int MAX_MESSAGE_BYTES = 8_100;
    private static final int USUAL_PAYLOAD_BYTES = 1_300;
    /** Two long names and a long payload, or two long keys and an address. */
    private static final int MAX_ENCODED_BYTES = 16_384;

    private final RandomGenerator random;
    private final Sources sources;
    private final Strangers strangers;
    private final Mutations mutations;
    private final CommunityId community;
    private final List<Target> honest;

    TunnelMessages(
            RandomGenerator random,
            Sources sources,
            Strangers strangers,
            Mutations mutations,
            CommunityId community,
            List<Target> honest) {
        this.random = random;
        this.sources = sources;
        this.strangers = strangers;
        this.mutations = mutations;
        this.community = community;
        this.honest = List.copyOf(honest);
    }

    /** A message for the end of a circuit at a target. */
    byte[] fromOwner(Target target) {
        byte[] message = switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> data();
            case 5, 6, 7 -> extend(target);
            case 8 -> encoded(new Ping(random.nextInt(1 << 16)));
            case 9 ->
                encoded(new TestRequest(
                        random.nextBoolean() ? SpeedTestForm.PYTHON : SpeedTestForm.RUST,
                        random.nextInt(1 << 16),
                        random.nextInt(1 << 16),
                        ByteString.of(mutations.randomBytes(random.nextInt(100)))));
            case 10 -> encoded(new PeersRequest(1, ByteString.of(mutations.randomBytes(20))));
            case 11 -> encoded(new HttpRequest(random.nextInt(100), address(), ByteString.of(request())));
            case 12 -> encoded(new Pong(random.nextInt(1 << 16)));
            case 13 -> create(target.key().toBytes(), 32);
            case 14 ->
                Mutations.concat(new byte[] {(byte) random.nextInt(40)}, mutations.randomBytes(random.nextInt(300)));
            default -> new byte[0];
        };
        return fitting(random.nextInt(4) == 0 ? mutations.mutated(message) : message);
    }

    private static byte[] fitting(byte[] message) {
        return message.length > MAX_MESSAGE_BYTES ? Arrays.copyOf(message, MAX_MESSAGE_BYTES) : message;
    }

    private byte[] data() {
        return fitting(encoded(new Data(address(), address(), ByteString.of(payload()))));
    }

    /** What an exit may take for BitTorrent or IPv8, or what it may not. */
    byte[] payload() {
        int length = random.nextInt(20) == 0 ? random.nextInt(7_000) : random.nextInt(USUAL_PAYLOAD_BYTES);
        byte[] payload = mutations.randomBytes(length);
        switch (random.nextInt(6)) {
            case 0 -> put(payload, 0, (byte) (random.nextInt(5) << 4 | 1), (byte) random.nextInt(4));
            case 1 -> put(payload, 0, (byte) 0, (byte) 0, (byte) 0, (byte) random.nextInt(4));
            case 2 -> {
                put(payload, 0, (byte) 'd');
                put(payload, length - 1, (byte) 'e');
            }
            case 3 -> put(payload, 0, CommunityId.DHT.prefix());
            case 4 -> {
                put(payload, 0, community.prefix());
                put(payload, CommunityId.PREFIX_BYTES, (byte) random.nextInt(34));
            }
            default -> {
                return payload;
            }
        }
        return payload;
    }

    private static void put(byte[] payload, int at, byte... bytes) {
        if (at >= 0 && at + bytes.length <= payload.length) {
            System.arraycopy(bytes, 0, payload, at, bytes.length);
        }
    }

    private Address address() {
        return switch (random.nextInt(8)) {
            case 0 -> IpAddress.UNSPECIFIED;
            case 1, 2 -> host();
            case 3 -> new IpAddress(sources.odd());
            default -> new IpAddress(sources.any());
        };
    }

    /** An HTTP request, correct or not. */
    private byte[] request() {
        byte[] get = "GET /announce HTTP/1.1\r\nHost: a.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return random.nextInt(3) == 0 ? mutations.mutated(get) : get;
    }

    private HostAddress host() {
        if (!sources.virtual()) {
            return localHost();
        }
        int port = random.nextInt(1 << 16);
        return switch (random.nextInt(10)) {
            case 0 -> new HostAddress("", port);
            case 1 -> new HostAddress("localhost", port);
            case 2 -> new HostAddress("127.0.0.1", port);
            case 3 -> new HostAddress("x".repeat(random.nextInt(2_000)), port);
            case 4 -> new HostAddress("tracker\0.example", port);
            case 5 -> new HostAddress("täglich.例え", port);
            case 6 -> new HostAddress("tracker" + random.nextInt(20) + ".example", port);
            default -> new HostAddress("tracker" + random.nextInt() + ".example", port);
        };
    }

    /** Names for which no resolver has to be asked, and addresses at which nobody else listens. */
    private HostAddress localHost() {
        InetSocketAddress own = sources.own();
        return switch (random.nextInt(4)) {
            case 0 -> new HostAddress("", own.getPort());
            case 1 -> new HostAddress("x".repeat(256 + random.nextInt(2_000)), own.getPort());
            case 2 -> new HostAddress("[::1", own.getPort());
            default -> new HostAddress(own.getAddress().getHostAddress(), own.getPort());
        };
    }

    private byte[] extend(Target target) {
        InetSocketAddress hop = sources.own();
        byte[] key = key(target, hop);
        byte[] x = random.nextInt(6) == 0 ? oddField() : freshX();
        IpAddress address = switch (random.nextInt(6)) {
            case 0 -> IpAddress.UNSPECIFIED;
            case 1 -> new IpAddress(sources.odd());
            case 2 -> new IpAddress(sources.any());
            default -> new IpAddress(hop);
        };
        return fitting(encoded(new Extend(random.nextInt(1 << 16), ByteString.of(key), ByteString.of(x), address)));
    }

    private byte[] key(Target target, InetSocketAddress hop) {
        return switch (random.nextInt(8)) {
            case 0 -> target.key().toBytes();
            case 1 -> honest.get(random.nextInt(honest.size())).key().toBytes();
            case 2 -> oddField();
            case 3 -> strangers.oldKey().toBytes();
            default -> strangers.keyAt(hop).publicKey().toBytes();
        };
    }

    private byte[] oddField() {
        return switch (random.nextInt(5)) {
            case 0 -> new byte[0];
            case 1 -> mutations.randomBytes(random.nextInt(200));
            case 2 -> mutations.randomBytes(1_000 + random.nextInt(6_000));
            case 3 -> mutations.randomBytes(PublicKey.USUAL_LENGTH_BYTES);
            default -> new byte[EphemeralKey.LENGTH_BYTES];
        };
    }

    private byte[] freshX() {
        // Any 32 bytes are a public key, and the secret one is not needed for what is never answered.
        return mutations.randomBytes(EphemeralKey.LENGTH_BYTES);
    }

    /** A message that a hop sends back to a circuit's owner. */
    byte[] fromHop() {
        byte[] message = switch (random.nextInt(8)) {
            case 0, 1, 2 -> data();
            case 3 -> encoded(new Pong(random.nextInt(1 << 16)));
            case 4 -> oddCreated(random.nextInt(1 << 16), true);
            case 5 -> httpResponse(random.nextInt());
            case 6 -> encoded(new Ping(random.nextInt(1 << 16)));
            default ->
                Mutations.concat(new byte[] {(byte) random.nextInt(40)}, mutations.randomBytes(random.nextInt(300)));
        };
        return fitting(random.nextInt(4) == 0 ? mutations.mutated(message) : message);
    }

    /** A part of an answer to an HTTP request. */
    byte[] httpResponse(int identifier) {
        int total = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : random.nextInt(3);
        int part = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : random.nextInt(2);
        byte[] chunk = random.nextBoolean() ? HttpReplies.some(random) : mutations.randomBytes(random.nextInt(1_400));
        ByteString bytes = ByteString.of(chunk, 0, Math.min(chunk.length, 7_000));
        return encoded(new HttpResponse(identifier, part, total, bytes));
    }

    /** A create that nobody has the secret of. */
    byte[] create(byte[] key, int xBytes) {
        return encoded(
                new Create(random.nextInt(1 << 16), ByteString.of(key), ByteString.of(mutations.randomBytes(xBytes))));
    }

    /** A create as wrong as can be. */
    byte[] oddCreate() {
        byte[] key = switch (random.nextInt(4)) {
            case 0 -> strangers.oldKey().toBytes();
            case 1 -> oddField();
            default -> strangers.key().publicKey().toBytes();
        };
        byte[] x = random.nextBoolean() ? oddField() : freshX();
        byte[] create = fitting(encoded(new Create(1, ByteString.of(key), ByteString.of(x))));
        return random.nextInt(3) == 0 ? fitting(mutations.mutated(create)) : create;
    }

    /** An answer to a create that is wrong in some way. */
    byte[] oddCreated(int identifier, boolean extended) {
        int told = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : identifier;
        ByteString y = ByteString.of(random.nextBoolean() ? oddField() : freshX());
        ByteString auth = ByteString.of(mutations.randomBytes(32));
        ByteString list = ByteString.of(
                mutations.randomBytes(random.nextInt(3) == 0 ? random.nextInt(7_000) : random.nextInt(700)));
        CellMessage message = extended ? new Extended(told, y, auth, list) : new Created(told, y, auth, list);
        byte[] bytes = fitting(encoded(message));
        return random.nextInt(4) == 0 ? fitting(mutations.mutated(bytes)) : bytes;
    }

    /** A message's bytes, if they are not too many for any datagram. */
    static byte[] encoded(CellMessage message) {
        WireWriter writer = new WireWriter(MAX_ENCODED_BYTES);
        CellCodec.encode(message, writer);
        return writer.toByteArray();
    }

    /** The message of a cell in the clear, as it may not be. */
    byte[] plaintext() {
        return switch (random.nextInt(5)) {
            case 0 -> oddCreated(random.nextInt(1 << 16), false);
            case 1 -> oddCreate();
            case 2 -> data();
            case 3 -> {
                byte[] destroy = mutations.randomBytes(7);
                destroy[0] = CellMessageId.DESTROY;
                yield destroy;
            }
            default ->
                Mutations.concat(new byte[] {(byte) random.nextInt(40)}, mutations.randomBytes(random.nextInt(100)));
        };
    }
}
