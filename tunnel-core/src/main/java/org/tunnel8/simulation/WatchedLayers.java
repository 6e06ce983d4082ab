package org.tunnel8.simulation;

import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.LayerKey;

/**
 * The one layer cipher of all nodes of a network, which holds each counter against those before it: whoever seals under a
 * key, an owner or a hop with its copy, no counter may come twice, since the nonce would.
 *
 * <p>It asks for more than that, namely that a key's counters rise: so do ours (D10). A hop seals its list of candidates
 * with 1 before the owner knows the key, and the owner begins with 3.
 */
final class WatchedLayers implements LayerCipher {
    private final LayerKeys keys;
    private final LayerCipher cipher;

    WatchedLayers(LayerMode mode) {
        LayerCipher real = quickest().create();
        this.keys = new LayerKeys(real);
        this.cipher = mode == LayerMode.REAL ? real : new ReplacedLayers(keys);
    }

    /** Not by measuring, which a busy machine would decide: Conscrypt's is quicker wherever it is there. */
    private static LayerCipherProvider quickest() {
        return LayerCiphers.available().get(LayerCiphers.available().size() - 1);
    }

    LayerKeys keys() {
        return keys;
    }

    @Override
    public String name() {
        return cipher.name();
    }

    @Override
    public void seal(LayerKey key, long counter, byte[] buffer, int offset, int length) {
        if (!key.isDestroyed()) {
            LayerKeys.Known known = keys.of(key);
            known.reused |= counter <= known.highest;
            known.highest = Math.max(known.highest, counter);
        }
        cipher.seal(key, counter, buffer, offset, length);
    }

    @Override
    public int open(LayerKey key, byte[] buffer, int offset, int length) {
        return cipher.open(key, buffer, offset, length);
    }
}
