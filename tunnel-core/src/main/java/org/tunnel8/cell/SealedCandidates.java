package org.tunnel8.cell;

import java.util.List;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CandidateList;

/**
 * The list of relays that a hop sends with its created, sealed under the FORWARD key (PROTOCOL.md §7, D10, D14).
 *
 * <p>Thread-safe: functions only.
 */
public final class SealedCandidates {
    /** Holds 255 keys of the longest kind that a list may name. */
    private static final int MAX_LIST_BYTES = 64 * 1_024;

    private SealedCandidates() {}

    /**
     * Seals a list, as a responder: with the counter that nobody else uses under this key (D10).
     *
     * @param cipher the engine's cipher
     * @param forward the FORWARD key just agreed on
     * @param relays keys of the relays offered, four at most
     * @return the layer
     */
    public static ByteString seal(LayerCipher cipher, LayerKey forward, List<PublicKey> relays) {
        WireWriter writer = new WireWriter(2_048);
        new CandidateList(relays, List.of()).encode(writer);
        byte[] list = writer.toByteArray();
        byte[] layer = new byte[list.length + LayerCipher.OVERHEAD_BYTES];
        System.arraycopy(list, 0, layer, LayerCipher.COUNTER_BYTES, list.length);
        cipher.seal(forward, SendCounter.CANDIDATE_LIST_COUNTER, layer, LayerCipher.COUNTER_BYTES, list.length);
        return ByteString.of(layer);
    }

    /**
     * Opens a list, as an owner. That it opens is the only proof that the hop holds its static key (D10).
     *
     * @param cipher the engine's cipher
     * @param forward the FORWARD key just agreed on
     * @param sealed the layer as it came
     * @return the list
     * @throws CryptoFailure if the layer does not open: the hop does not hold its static key
     * @throws MalformedMessageException if what is in it is no list
     */
    public static CandidateList open(LayerCipher cipher, LayerKey forward, ByteString sealed)
            throws CryptoFailure, MalformedMessageException {
        if (sealed.length() < LayerCipher.OVERHEAD_BYTES || sealed.length() > MAX_LIST_BYTES) {
            throw new MalformedMessageException("a sealed candidate list has another size");
        }
        byte[] layer = sealed.toBytes();
        int length = cipher.open(forward, layer, 0, layer.length);
        if (length < 0) {
            throw new CryptoFailure("the candidate list does not open");
        }
        return CandidateList.decode(layer, LayerCipher.COUNTER_BYTES, length);
    }
}
