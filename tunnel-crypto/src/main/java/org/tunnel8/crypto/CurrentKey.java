package org.tunnel8.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a provider is shown the key of the layer at hand: one object per cipher instead of one per circuit
 * and direction. Holds no key material of its own.
 */
final class CurrentKey implements SecretKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private transient @Nullable LayerKey layerKey;

    void set(LayerKey key) {
        this.layerKey = key;
    }

    @Override
    public String getAlgorithm() {
        return "ChaCha20";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    /** A copy, since the JDK's provider overwrites the array when it is done with the key. */
    @Override
    public byte @Nullable [] getEncoded() {
        LayerKey key = layerKey;
        return key == null ? null : key.copyOfKey();
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("keys are not written out");
    }

    @Override
    public String toString() {
        return "layer key";
    }
}
