package org.tunnel8.crypto;

/**
 * How members sign, and how signatures are checked.
 *
 * <p>There is one in production. The interface exists for simulations of many nodes, in which signing costs more than all
 * the rest and is not what is looked at. Thread-safe.
 */
public interface SignatureScheme {
    /** The network's: Ed25519, and ECDSA for old keys on binary curves (PROTOCOL.md §3, D7). */
    SignatureScheme OF_THE_NETWORK = new SignatureScheme() {
        @Override
        public byte[] sign(IdentityKey signer, byte[] buffer, int offset, int length) {
            return signer.sign(buffer, offset, length);
        }

        @Override
        public boolean verify(PublicKey signer, byte[] buffer, int offset, int length, int signatureOffset) {
            return signer.verify(buffer, offset, length, signatureOffset);
        }
    };

    /**
     * Signs.
     *
     * @param signer whose signature it is
     * @param buffer holds what is signed
     * @param offset its first byte
     * @param length its size
     * @return a new array of {@link PublicKey#signatureLength()} bytes
     */
    byte[] sign(IdentityKey signer, byte[] buffer, int offset, int length);

    /**
     * Checks a signature that lies in the same buffer as what it signs.
     *
     * @param signer whose signature it is said to be
     * @param buffer holds both
     * @param offset first signed byte
     * @param length number of signed bytes
     * @param signatureOffset where the signature starts
     * @return true if it is; false if not, or if the buffer ends within it
     */
    boolean verify(PublicKey signer, byte[] buffer, int offset, int length, int signatureOffset);
}
