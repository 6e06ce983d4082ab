package org.tunnel8.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import javax.crypto.spec.IvParameterSpec;

/**
 * A nonce that is written anew for every layer and handed to the provider as it is, where {@link IvParameterSpec} would
 * copy it twice.
 *
 * <p>A provider keeps the array to compare the next nonce with, so that two of these have to be used in turn.
 */
final class LayerNonce extends IvParameterSpec {
    private static final int NONCE_BYTES = 12;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes = new byte[NONCE_BYTES];

    LayerNonce() {
        super(new byte[NONCE_BYTES]);
    }

    void set(LayerKey key, long counter) {
        key.copySaltTo(bytes);
        LONG.set(bytes, LayerKey.SALT_BYTES, counter);
    }

    void setOtherThan(LayerNonce nonce) {
        for (int i = 0; i < NONCE_BYTES; i++) {
            bytes[i] = (byte) ~nonce.bytes[i];
        }
    }

    @Override
    public byte[] getIV() {
        return bytes;
    }
}
