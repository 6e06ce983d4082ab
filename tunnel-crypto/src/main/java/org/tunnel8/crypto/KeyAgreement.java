package org.tunnel8.crypto;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The agreement between the owner of a circuit and a new hop, carried by create and created (PROTOCOL.md §7).
 *
 * <p>It takes two shared keys: one of both ephemeral pairs, which {@code auth} proves, and one of the owner's ephemeral
 * with the hop's permanent pair, which nothing proves until something opens under the session keys. So
 * {@link #initiate} succeeds against an impostor too; the hop's candidate list is the first proof (D10).
 *
 * <p>Thread-safe.
 */
public final class KeyAgreement {
    /** Size of the proof in created. */
    public static final int AUTH_BYTES = 32;

    private KeyAgreement() {}

    /**
     * Finishes the owner's side.
     *
     * @param x the pair whose public half was sent in create or extend
     * @param responder the permanent key of the hop asked for
     * @param y the hop's ephemeral public key, from created or extended
     * @param auth the hop's proof, from created or extended
     * @return the keys shared with the hop, if it is who it claims to be
     * @throws CryptoFailure if a size is wrong, the responder has no Curve25519 key, a point is of low order, or the
     *     proof fails
     */
    public static SessionKeys initiate(EphemeralKey x, PublicKey responder, byte[] y, byte[] auth)
            throws CryptoFailure {
        if (!responder.isTunnelCompatible()) {
            throw new CryptoFailure("the hop has no Curve25519 key");
        }
        byte[] ephemeral = x.sharedKey(y);
        if (!MessageDigest.isEqual(auth(ephemeral, y), auth)) {
            Arrays.fill(ephemeral, (byte) 0);
            throw new CryptoFailure("the hop does not prove that it holds the key it answered with");
        }
        return keys(ephemeral, x.sharedKey(responder.encryptionKey()));
    }

    /**
     * Does the hop's side.
     *
     * @param responder the hop's permanent key
     * @param y the hop's fresh pair for this circuit
     * @param x the owner's ephemeral public key, from create
     * @return what to answer with, and the shared keys
     * @throws CryptoFailure if {@code x} has another size than 32 bytes or is of low order
     */
    public static Response respond(IdentityKey responder, EphemeralKey y, byte[] x) throws CryptoFailure {
        byte[] ephemeral = y.sharedKey(x);
        byte[] answer = y.publicKey();
        byte[] auth = auth(ephemeral, answer);
        return new Response(answer, auth, keys(ephemeral, responder.sharedKey(x)));
    }

    /** The proof: HMAC-SHA-512 over a message, cut to 32 bytes. */
    static byte[] auth(byte[] key, byte[] message) {
        return Arrays.copyOf(Digests.hmacSha512(key, message), AUTH_BYTES);
    }

    private static SessionKeys keys(byte[] ephemeral, byte[] permanent) {
        byte[] shared = Arrays.copyOf(ephemeral, SessionKeys.SHARED_SECRET_BYTES);
        System.arraycopy(permanent, 0, shared, ephemeral.length, permanent.length);
        SessionKeys keys = SessionKeys.derive(shared);
        Arrays.fill(shared, (byte) 0);
        Arrays.fill(ephemeral, (byte) 0);
        Arrays.fill(permanent, (byte) 0);
        return keys;
    }

    /** What a hop answers with, and the keys it shares with the owner afterwards. Prints nothing. Immutable. */
    public static final class Response {
        private final byte[] y;
        private final byte[] auth;
        private final SessionKeys keys;

        private Response(byte[] y, byte[] auth, SessionKeys keys) {
            this.y = y;
            this.auth = auth;
            this.keys = keys;
        }

        /**
         * The hop's ephemeral public key.
         *
         * @return a new array of 32 bytes
         */
        public byte[] y() {
            return y.clone();
        }

        /**
         * The proof that the hop holds the secret of {@link #y()}.
         *
         * @return a new array of 32 bytes
         */
        public byte[] auth() {
            return auth.clone();
        }

        /**
         * The shared keys.
         *
         * @return always the same object
         */
        public SessionKeys keys() {
            return keys;
        }

        @Override
        public String toString() {
            return "response of a key agreement";
        }
    }
}
