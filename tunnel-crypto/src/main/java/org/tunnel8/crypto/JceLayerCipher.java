package org.tunnel8.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.util.Objects;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;

/**
 * The layer cipher over any provider of the Java cryptography architecture. Nothing is allocated per layer here beyond
 * the 48 bytes of a copied key; what the provider allocates is its own matter.
 *
 * <p>Input and output pass through two small arrays of the cipher's own. Conscrypt copies its input to a new array where
 * input and output overlap, and its native code takes and gives back whole arrays, however little of them is used: on a
 * 64 KiB buffer this made a layer three times as slow as the copies do, and it would overwrite what another thread
 * writes elsewhere in a shared buffer. The JDK buffers input it opens unless it starts an array.
 */
final class JceLayerCipher implements LayerCipher {
    /** Layers of the datagrams the network sends (D4) fit into arrays of this size; larger ones grow a second pair. */
    private static final int USUAL_BYTES = 2048;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final String name;
    private final Cipher cipher;
    private final CurrentKey currentKey = new CurrentKey();
    private final LayerNonce[] sealNonces = {new LayerNonce(), new LayerNonce()};
    private final LayerNonce[] openNonces = {new LayerNonce(), new LayerNonce()};
    private final LayerNonce otherNonce = new LayerNonce();
    private final byte[] usualInput = new byte[USUAL_BYTES];
    private final byte[] usualOutput = new byte[USUAL_BYTES];
    private byte[] largeInput = {};
    private byte[] largeOutput = {};
    private int sealTurn;
    private int openTurn;

    JceLayerCipher(String name, Cipher cipher) {
        this.name = name;
        this.cipher = cipher;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void seal(LayerKey key, long counter, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        Objects.checkFromIndexSize(offset - COUNTER_BYTES, length + OVERHEAD_BYTES, buffer.length);
        if (counter < 0) {
            throw new IllegalArgumentException("a counter is not negative: " + counter);
        }
        if (key.isDestroyed()) {
            throw new IllegalStateException("this layer key was destroyed");
        }
        LayerNonce nonce = sealNonces[sealTurn ^= 1];
        nonce.set(key, counter);
        try {
            init(Cipher.ENCRYPT_MODE, key, nonce);
            transform(buffer, offset, length, length + TAG_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the layer cipher " + name + " does not seal", e);
        }
        LONG.set(buffer, offset - COUNTER_BYTES, counter);
    }

    @Override
    public int open(LayerKey key, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length < OVERHEAD_BYTES || key.isDestroyed()) {
            return -1;
        }
        LayerNonce nonce = openNonces[openTurn ^= 1];
        nonce.set(key, (long) LONG.get(buffer, offset));
        int plaintextLength = length - OVERHEAD_BYTES;
        try {
            init(Cipher.DECRYPT_MODE, key, nonce);
            transform(buffer, offset + COUNTER_BYTES, plaintextLength + TAG_BYTES, plaintextLength);
            return plaintextLength;
        } catch (BadPaddingException doesNotOpen) {
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the layer cipher " + name + " does not open", e);
        }
    }

    private void init(int mode, LayerKey key, LayerNonce nonce) throws GeneralSecurityException {
        currentKey.set(key);
        try {
            cipher.init(mode, currentKey, nonce);
        } catch (InvalidKeyException | InvalidAlgorithmParameterException sameNonceAsBefore) {
            // Providers refuse the key and nonce they were given last, the JDK's of Java 17 for opening too. They
            // remember no more than that one, so any other makes them forget it.
            otherNonce.setOtherThan(nonce);
            cipher.init(mode, currentKey, otherNonce);
            cipher.init(mode, currentKey, nonce);
        }
    }

    private void transform(byte[] buffer, int offset, int inputLength, int outputLength)
            throws GeneralSecurityException {
        int needed = Math.max(inputLength, outputLength);
        byte[] input = usualInput;
        byte[] output = usualOutput;
        if (needed > USUAL_BYTES) {
            growTo(needed);
            input = largeInput;
            output = largeOutput;
        }
        System.arraycopy(buffer, offset, input, 0, inputLength);
        int written = cipher.doFinal(input, 0, inputLength, output, 0);
        if (written != outputLength) {
            throw new GeneralSecurityException("unexpected output of " + written + " bytes");
        }
        System.arraycopy(output, 0, buffer, offset, outputLength);
    }

    private void growTo(int needed) {
        if (largeInput.length < needed) {
            int size = Integer.highestOneBit(needed - 1) << 1;
            largeInput = new byte[size];
            largeOutput = new byte[size];
        }
    }
}
