package org.tunnel8.wire.cell;

import java.util.ArrayList;
import java.util.List;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/**
 * Messages of cells to bytes and back ({@code PROTOCOL.md §8}): the message id, then the fields without the circuit id.
 *
 * <p>Decoding follows the reference in what it lets pass: bytes after the last field are ignored, and a field with a length in front may
 * end early where it is the last. So a key in a message can have any length.
 */
public final class CellCodec {
    private CellCodec() {}

    /**
     * Decodes a message.
     *
     * @param buffer holds the message; not kept
     * @param offset where the message id stands
     * @param length length of the message, id included
     * @return the message
     * @throws MalformedMessageException if the id is unknown or a field is missing
     */
    public static CellMessage decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        WireReader reader = new WireReader(buffer, offset, length);
        return decodePayload(reader.u8(), reader);
    }

    /** Decodes what follows the id, and on paper the circuit id. */
    static CellMessage decodePayload(int id, WireReader reader) throws MalformedMessageException {
        return switch (id) {
            case CellMessageId.DATA -> new Data(reader.address(), reader.address(), reader.rest());
            case CellMessageId.CREATE -> new Create(reader.u16(), reader.varlenH(), reader.varlenH());
            case CellMessageId.CREATED -> new Created(reader.u16(), reader.varlenH(), auth(reader), reader.rest());
            case CellMessageId.EXTEND ->
                new Extend(reader.u16(), reader.varlenH(), reader.varlenH(), reader.ipAddress());
            case CellMessageId.EXTENDED -> new Extended(reader.u16(), reader.varlenH(), auth(reader), reader.rest());
            case CellMessageId.PING -> new Ping(reader.u16());
            case CellMessageId.PONG -> new Pong(reader.u16());
            case CellMessageId.ESTABLISH_INTRO -> new EstablishIntro(reader.u16(), hash(reader), reader.varlenH());
            case CellMessageId.INTRO_ESTABLISHED -> new IntroEstablished(reader.u16());
            case CellMessageId.ESTABLISH_RENDEZVOUS -> new EstablishRendezvous(reader.u16(), hash(reader));
            case CellMessageId.RENDEZVOUS_ESTABLISHED -> new RendezvousEstablished(reader.u16(), reader.ipAddress());
            case CellMessageId.CREATE_E2E ->
                new CreateE2e(reader.u16(), hash(reader), reader.varlenH(), reader.varlenH());
            case CellMessageId.CREATED_E2E ->
                new CreatedE2e(reader.u16(), reader.varlenH(), auth(reader), reader.rest());
            case CellMessageId.LINK_E2E -> new LinkE2e(reader.u16(), hash(reader));
            case CellMessageId.LINKED_E2E -> new LinkedE2e(reader.u16());
            case CellMessageId.PEERS_REQUEST -> new PeersRequest(reader.u16(), hash(reader));
            case CellMessageId.PEERS_RESPONSE -> new PeersResponse(reader.u16(), hash(reader), points(reader));
            case CellMessageId.TEST_REQUEST ->
                new TestRequest(SpeedTestForm.PYTHON, reader.u16(), reader.u16(), reader.rest());
            case CellMessageId.TEST_RESPONSE -> new TestResponse(SpeedTestForm.PYTHON, reader.u16(), reader.rest());
            case CellMessageId.RUST_TEST_REQUEST ->
                new TestRequest(SpeedTestForm.RUST, reader.u32(), reader.u16(), reader.rest());
            case CellMessageId.RUST_TEST_RESPONSE -> new TestResponse(SpeedTestForm.RUST, reader.u32(), reader.rest());
            case CellMessageId.HTTP_REQUEST -> new HttpRequest(reader.u32(), reader.address(), reader.varlenH());
            case CellMessageId.HTTP_RESPONSE ->
                new HttpResponse(reader.u32(), reader.u16(), reader.u16(), reader.varlenH());
            default -> throw new MalformedMessageException("unknown message id");
        };
    }

    private static ByteString auth(WireReader reader) throws MalformedMessageException {
        return reader.bytes(FieldSizes.AUTH_BYTES);
    }

    private static ByteString hash(WireReader reader) throws MalformedMessageException {
        return reader.bytes(FieldSizes.HASH_BYTES);
    }

    private static List<IntroductionPoint> points(WireReader reader) throws MalformedMessageException {
        int count = reader.u8();
        List<IntroductionPoint> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WireReader nested = reader.nested();
            IpAddress address = nested.ipAddress();
            points.add(new IntroductionPoint(address, nested.varlenH(), nested.varlenH(), nested.u8()));
        }
        return points;
    }

    /**
     * Encodes a message, its id first.
     *
     * @param message the message
     * @param writer where to; throws if there is too little room
     * @return how many bytes were written
     */
    public static int encode(CellMessage message, WireWriter writer) {
        int before = writer.length();
        writer.u8(message.messageId());
        encodePayload(message, writer);
        return writer.length() - before;
    }

    /** Encodes what follows the id, and on paper the circuit id. */
    static void encodePayload(CellMessage message, WireWriter writer) {
        if (message instanceof Data data) {
            writer.address(data.destination());
            writer.address(data.origin());
            writer.bytes(data.payload());
        } else if (message instanceof Ping ping) {
            writer.u16(ping.identifier());
        } else if (message instanceof Pong pong) {
            writer.u16(pong.identifier());
        } else if (message instanceof TestRequest request) {
            putIdentifier(request.form(), request.identifier(), writer);
            writer.u16(request.responseSize());
            writer.bytes(request.data());
        } else if (message instanceof TestResponse response) {
            putIdentifier(response.form(), response.identifier(), writer);
            writer.bytes(response.data());
        } else if (message instanceof HttpRequest request) {
            writer.u32(request.identifier());
            writer.address(request.target());
            writer.varlenH(request.request());
        } else if (message instanceof HttpResponse response) {
            writer.u32(response.identifier());
            writer.u16(response.part());
            writer.u16(response.total());
            writer.varlenH(response.chunk());
        } else if (!encodeBuilding(message, writer)) {
            encodeHidden(message, writer);
        }
    }

    private static void putIdentifier(SpeedTestForm form, int identifier, WireWriter writer) {
        if (form == SpeedTestForm.PYTHON) {
            writer.u16(identifier);
        } else {
            writer.u32(identifier);
        }
    }

    /** The messages that build a circuit. */
    private static boolean encodeBuilding(CellMessage message, WireWriter writer) {
        if (message instanceof Create create) {
            writer.u16(create.identifier());
            writer.varlenH(create.nodePublicKey());
            writer.varlenH(create.ephemeralKey());
        } else if (message instanceof Created created) {
            putAnswer(created.identifier(), created.ephemeralKey(), created.auth(), created.sealedCandidates(), writer);
        } else if (message instanceof Extend extend) {
            writer.u16(extend.identifier());
            writer.varlenH(extend.nodePublicKey());
            writer.varlenH(extend.ephemeralKey());
            writer.address(extend.nodeAddress());
        } else if (message instanceof Extended extended) {
            putAnswer(
                    extended.identifier(),
                    extended.ephemeralKey(),
                    extended.auth(),
                    extended.sealedCandidates(),
                    writer);
        } else {
            return false;
        }
        return true;
    }

    /** The messages of hidden services. */
    private static void encodeHidden(CellMessage message, WireWriter writer) {
        if (message instanceof EstablishIntro establish) {
            putHashed(establish.identifier(), establish.infoHash(), writer);
            writer.varlenH(establish.seederKey());
        } else if (message instanceof IntroEstablished established) {
            writer.u16(established.identifier());
        } else if (message instanceof EstablishRendezvous establish) {
            putHashed(establish.identifier(), establish.cookie(), writer);
        } else if (message instanceof RendezvousEstablished established) {
            writer.u16(established.identifier());
            writer.address(established.rendezvousPoint());
        } else if (message instanceof CreateE2e create) {
            putHashed(create.identifier(), create.infoHash(), writer);
            writer.varlenH(create.seederKey());
            writer.varlenH(create.ephemeralKey());
        } else if (message instanceof CreatedE2e created) {
            putAnswer(
                    created.identifier(),
                    created.ephemeralKey(),
                    created.auth(),
                    created.sealedRendezvousInfo(),
                    writer);
        } else if (message instanceof LinkE2e link) {
            putHashed(link.identifier(), link.cookie(), writer);
        } else if (message instanceof LinkedE2e linked) {
            writer.u16(linked.identifier());
        } else if (message instanceof PeersRequest request) {
            putHashed(request.identifier(), request.infoHash(), writer);
        } else if (message instanceof PeersResponse response) {
            putHashed(response.identifier(), response.infoHash(), writer);
            putPoints(response.points(), writer);
        } else {
            throw new AssertionError("a kind of message without encoding");
        }
    }

    private static void putAnswer(
            int identifier, ByteString ephemeralKey, ByteString auth, ByteString sealedPart, WireWriter writer) {
        writer.u16(identifier);
        writer.varlenH(ephemeralKey);
        writer.bytes(auth);
        writer.bytes(sealedPart);
    }

    private static void putHashed(int identifier, ByteString hash, WireWriter writer) {
        writer.u16(identifier);
        writer.bytes(hash);
    }

    private static void putPoints(List<IntroductionPoint> points, WireWriter writer) {
        writer.u8(points.size());
        for (IntroductionPoint point : points) {
            int mark = writer.beginNested();
            writer.address(point.address());
            writer.varlenH(point.pointKey());
            writer.varlenH(point.seederKey());
            writer.u8(point.source());
            writer.endNested(mark);
        }
    }
}
