package org.tunnel8.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tunnel8.wire.cell.BarePacket;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.DataView;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.cell.RendezvousInfo;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.walk.DhtPingCodec;
import org.tunnel8.wire.walk.DiscoveryCodec;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkCodec;

/** Whatever bytes arrive, codecs either decode them to something that can be encoded again, or call them malformed. */
class HostileBytesTest {
    private static final String SEED_PROPERTY = "tunnel8.seed";
    private static final int ROUNDS = 30_000;
    private static final int LONGEST_RANDOM_BYTES = 300;
    private static final int FRONT_BYTES = 7;
    private static final int BACK_BYTES = 5;
    private static final List<byte[]> SAMPLES = new ArrayList<>();
    private static final Pattern HEX = Pattern.compile("(?:[0-9a-f]{2})++");

    /** Larger than anything that can be decoded from the vectors' packets. */
    private final WireWriter writer = new WireWriter(0x20000);

    private final byte[] scratch = new byte[0x20000];
    private final DataView view = new DataView();
    private final Map<String, Target> targets = new LinkedHashMap<>();

    HostileBytesTest() {
        targets.put("walker", this::walk);
        targets.put("walker, other version", WalkCodec::decodeOtherVersion);
        targets.put("discovery", DiscoveryCodec::decode);
        targets.put("hash table", DhtPingCodec::decode);
        targets.put("destroy", DestroyCodec::decode);
        targets.put("bare packet", (bytes, offset, length) -> again(BarePacket.decode(bytes, offset, length)::encode));
        targets.put("cell message", (bytes, offset, length) -> {
            var message = CellCodec.decode(bytes, offset, length);
            again(target -> CellCodec.encode(message, target));
        });
        targets.put("data view", this::data);
        targets.put(
                "candidates", (bytes, offset, length) -> again(CandidateList.decode(bytes, offset, length)::encode));
        targets.put(
                "rendezvous", (bytes, offset, length) -> again(RendezvousInfo.decode(bytes, offset, length)::encode));
        targets.put("address", (bytes, offset, length) -> {
            Address address = new WireReader(bytes, offset, length).address();
            again(target -> target.address(address));
        });
        targets.put("flags", (bytes, offset, length) -> PeerFlags.fromExtra(ByteString.of(bytes, offset, length)));
        targets.put("cell", (bytes, offset, length) -> {
            if (CellFrame.isCell(bytes, offset, length)) {
                CellFrame.circuitId(bytes, offset);
                CellFrame.plaintext(bytes, offset);
                CellFrame.relayEarly(bytes, offset);
            }
        });
    }

    private interface Target {
        void take(byte[] bytes, int offset, int length) throws MalformedMessageException;
    }

    private interface Encoding {
        void write(WireWriter writer);
    }

    @BeforeAll
    static void collectSamples() {
        for (String name : List.of("addresses.json", "walker.json", "cells.json", "onion.json", "dht.json")) {
            collect(VectorFile.read(name).root(), SAMPLES);
        }
        assertThat(SAMPLES).hasSizeGreaterThan(1000);
    }

    @Test
    void isMalformedOrDecoded() {
        long seed = Long.getLong(SEED_PROPERTY, System.nanoTime());
        System.out.println("hostile bytes: -D" + SEED_PROPERTY + "=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            feed(mutate(SAMPLES.get(random.nextInt(SAMPLES.size())), random), seed, round);
        }
    }

    @Test
    void everyPrefixOfEveryKindIsMalformedOrDecoded() {
        // One sample of each first byte and length: these contain all kinds of packet and message.
        Map<String, byte[]> kinds = new LinkedHashMap<>();
        for (byte[] sample : SAMPLES) {
            kinds.putIfAbsent(Arrays.toString(Arrays.copyOf(sample, 1)) + sample.length, sample);
        }
        for (byte[] sample : kinds.values()) {
            int step = 1 + sample.length / 50;
            for (int length = 0; length < sample.length; length += step) {
                feed(Arrays.copyOf(sample, length), 0, length);
            }
        }
    }

    private void feed(byte[] bytes, long seed, int round) {
        // A piece of a larger buffer, as datagrams come: what lies around it has to stay out of reach.
        byte[] buffer = new byte[FRONT_BYTES + bytes.length + BACK_BYTES];
        System.arraycopy(bytes, 0, buffer, FRONT_BYTES, bytes.length);
        for (Map.Entry<String, Target> target : targets.entrySet()) {
            try {
                target.getValue().take(buffer, FRONT_BYTES, bytes.length);
            } catch (MalformedMessageException expected) {
                assertThat(expected.getStackTrace()).isEmpty();
            } catch (RuntimeException | Error e) {
                fail(
                        target.getKey() + " on " + HexFormat.of().formatHex(bytes) + ", seed " + seed + ", round "
                                + round,
                        e);
            }
        }
    }

    private void walk(byte[] bytes, int offset, int length) throws MalformedMessageException {
        var packet = WalkCodec.decode(bytes, offset, length);
        if (!packet.message().signed()) {
            byte[] again = WalkCodec.encode(packet.community(), packet.message(), packet.globalTime(), null);
            assertThat(again).isEqualTo(Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }

    private void data(byte[] bytes, int offset, int length) throws MalformedMessageException {
        view.parse(bytes, offset, length);
        int payloadOffset = scratch.length / 2;
        int start = DataView.prepend(scratch, payloadOffset, view.destination(), view.origin());
        assertThat(payloadOffset - start).isEqualTo(view.payloadOffset() - offset);
        assertThat(Arrays.equals(scratch, start, payloadOffset, bytes, offset, view.payloadOffset()))
                .isTrue();
        assertThat(view.payloadLength()).isEqualTo(offset + length - view.payloadOffset());
    }

    private void again(Encoding encoding) {
        writer.reset(scratch, 0, scratch.length);
        encoding.write(writer);
    }

    private static byte[] mutate(byte[] sample, SplittableRandom random) {
        byte[] bytes = sample.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                bytes = new byte[random.nextInt(LONGEST_RANDOM_BYTES)];
                random.nextBytes(bytes);
            }
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(LONGEST_RANDOM_BYTES));
            default -> {
                int flips = 1 + random.nextInt(4);
                for (int i = 0; i < flips; i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return bytes;
    }

    /** Takes every byte string of the vectors. */
    private static void collect(JsonElement value, List<byte[]> samples) {
        if (value.isJsonObject()) {
            value.getAsJsonObject().entrySet().forEach(field -> collect(field.getValue(), samples));
        } else if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(item -> collect(item, samples));
        } else if (value.isJsonPrimitive() && HEX.matcher(value.getAsString()).matches()) {
            samples.add(HexFormat.of().parseHex(value.getAsString()));
        }
    }
}
