package org.tunnel8.wire.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/**
 * The nodes that a new hop proposes as next ones: what created and extended carry sealed. {@code PROTOCOL.md §7, §13}, D14.
 *
 * <p>On the wire it is one list of keys, in which two equal neighbours mark the border: relays are all before the doubled key, exits
 * begin with its second copy. A list without equal neighbours is all relays.
 *
 * @param relays keys that may become middle hops, in the order given; copied
 * @param exits keys that may become last hops, in the order given; copied
 */
public record CandidateList(List<PublicKey> relays, List<PublicKey> exits) {
    /** No candidates at all. */
    public static final CandidateList EMPTY = new CandidateList(List.of(), List.of());

    private static final int MOST_KEYS = 255;

    /** Checks that the list can be sent. */
    public CandidateList {
        relays = List.copyOf(relays);
        exits = List.copyOf(exits);
        int border = exits.isEmpty() ? 0 : 1;
        if (relays.size() + border + exits.size() > MOST_KEYS) {
            throw new IllegalArgumentException("more than 255 keys");
        }
    }

    /**
     * Decodes the opened layer. Entries that can't be a hop, because they are no keys or keys of another kind, are left out; bytes after the
     * list are ignored.
     *
     * @param buffer holds the opened layer
     * @param offset where it begins
     * @param length its length
     * @return the candidates
     * @throws MalformedMessageException if it is not a list
     */
    public static CandidateList decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        WireReader reader = new WireReader(buffer, offset, length);
        int count = reader.u8();
        List<ByteString> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(reader.varlenH());
        }
        int firstExit = firstExit(keys);
        int relayEnd = firstExit == keys.size() ? firstExit : firstExit - 1;
        return new CandidateList(hops(keys.subList(0, relayEnd)), hops(keys.subList(firstExit, keys.size())));
    }

    private static int firstExit(List<ByteString> keys) {
        for (int i = 1; i < keys.size(); i++) {
            if (keys.get(i).equals(keys.get(i - 1))) {
                return i;
            }
        }
        return keys.size();
    }

    private static List<PublicKey> hops(List<ByteString> keys) {
        List<PublicKey> hops = new ArrayList<>();
        for (ByteString key : keys) {
            hop(key).ifPresent(hops::add);
        }
        return hops;
    }

    private static Optional<PublicKey> hop(ByteString bytes) {
        // Other kinds are no hops, and parsing them would be expensive.
        if (bytes.length() != PublicKey.USUAL_LENGTH_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(PublicKey.parse(bytes.toBytes())).filter(PublicKey::isTunnelCompatible);
        } catch (CryptoFailure e) {
            return Optional.empty();
        }
    }

    /**
     * Writes what is to be sealed.
     *
     * @param writer where to; throws if there is too little room
     */
    public void encode(WireWriter writer) {
        List<PublicKey> keys = new ArrayList<>(relays);
        if (!exits.isEmpty()) {
            // Another copy in front of the doubled key would be taken for the border.
            while (!keys.isEmpty() && keys.get(keys.size() - 1).equals(exits.get(0))) {
                keys.remove(keys.size() - 1);
            }
            keys.add(exits.get(0));
            keys.addAll(exits);
        }
        writer.u8(keys.size());
        for (PublicKey key : keys) {
            writer.varlenH(ByteString.of(key.toBytes()));
        }
    }
}
