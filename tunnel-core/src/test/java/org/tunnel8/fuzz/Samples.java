package org.tunnel8.fuzz;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.virtual.Passage;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;

/** Real datagrams, from the vectors and from a running network, of which hostile ones are made. */
final class Samples {
    private static final List<String> FILES =
            List.of("cells.json", "walker.json", "scenario.json", "exit.json", "onion.json", "dht.json", "keys.json");
    private static final Pattern HEX = Pattern.compile("(?:[0-9a-f]{2}){4,8192}");
    private static final int PER_KIND = 32;
    private static final int LINKS = 64;

    private final RandomGenerator random;
    private final List<byte[]> vectors = new ArrayList<>();
    private final List<PublicKey> oldKeys = new ArrayList<>();
    private final Map<Integer, List<Passage>> byKind = new HashMap<>();
    private final List<List<Passage>> kinds = new ArrayList<>();
    private final Map<InetSocketAddress, Links> links = new HashMap<>();

    /** A circuit id in use, and the neighbour that bears it. */
    record Link(InetSocketAddress from, int circuitId) {}

    private static final class Links {
        final List<Link> all = new ArrayList<>();
        final Set<Integer> ids = new HashSet<>();
    }

    Samples(RandomGenerator random) throws IOException {
        this.random = random;
        for (String file : FILES) {
            try (InputStream in = Objects.requireNonNull(Samples.class.getResourceAsStream("/vectors/" + file))) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                strings(JsonParser.parseString(text), this::take);
            }
        }
    }

    private static void strings(JsonElement element, Consumer<String> taker) {
        if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(child -> strings(child, taker));
        } else if (element.isJsonObject()) {
            element.getAsJsonObject().entrySet().forEach(entry -> strings(entry.getValue(), taker));
        } else if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isString()) {
            taker.accept(element.getAsString());
        }
    }

    private void take(String text) {
        if (!HEX.matcher(text).matches()) {
            return;
        }
        byte[] bytes = HexFormat.of().parseHex(text);
        vectors.add(bytes);
        try {
            PublicKey key = PublicKey.parse(bytes);
            if (!key.isTunnelCompatible()) {
                oldKeys.add(key);
            }
        } catch (CryptoFailure e) {
            // Most of the strings are no keys.
        }
    }

    /** Keeps a datagram that honest nodes exchanged, and the circuit id in it. */
    void record(Passage passage) {
        byte[] bytes = passage.bytes();
        if (bytes.length <= CommunityId.PREFIX_BYTES) {
            return;
        }
        boolean cell = CellFrame.isCell(bytes, 0, bytes.length);
        int shape = cell ? (bytes[27] << 1) + bytes[28] + 4 * (bytes.length / 256) : bytes[2];
        List<Passage> kind = byKind.computeIfAbsent(passage.messageId() + 256 * shape, k -> {
            List<Passage> fresh = new ArrayList<>();
            kinds.add(fresh);
            return fresh;
        });
        if (kind.size() < PER_KIND) {
            kind.add(passage);
        } else {
            kind.set(random.nextInt(PER_KIND), passage);
        }
        if (cell) {
            link(passage);
        }
    }

    private void link(Passage passage) {
        Links known = links.computeIfAbsent(passage.to(), to -> new Links());
        Link link = new Link(passage.from(), CellFrame.circuitId(passage.bytes(), 0));
        if (!known.ids.add(link.circuitId())) {
            return;
        }
        if (known.all.size() < LINKS) {
            known.all.add(link);
        } else {
            Link old = known.all.set(random.nextInt(LINKS), link);
            known.ids.remove(old.circuitId());
        }
    }

    /** Bytes of a vector: a datagram, or a part of one. */
    byte[] vector() {
        return vectors.get(random.nextInt(vectors.size()));
    }

    /** A recorded datagram, each kind being as likely as any other; null while there is none. */
    @Nullable
    Passage recorded() {
        if (kinds.isEmpty()) {
            return null;
        }
        List<Passage> kind = kinds.get(random.nextInt(kinds.size()));
        return kind.get(random.nextInt(kind.size()));
    }

    /** A circuit id that a node has been sent lately; null if there is none. */
    @Nullable
    Link link(InetSocketAddress to) {
        Links known = links.get(to);
        return known == null ? null : known.all.get(random.nextInt(known.all.size()));
    }

    /** A key on one of the binary curves. */
    PublicKey oldKey() {
        return oldKeys.get(random.nextInt(oldKeys.size()));
    }
}
