package org.tunnel8.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** Makes layer ciphers from a provider of the Java cryptography architecture. */
final class JceLayerCipherProvider implements LayerCipherProvider {
    static final String JDK = "jdk";
    static final String CONSCRYPT = "conscrypt";

    private final String name;
    private final String transformation;
    private final @Nullable Provider provider;

    private JceLayerCipherProvider(String name, String transformation, @Nullable Provider provider) {
        this.name = name;
        this.transformation = transformation;
        this.provider = provider;
    }

    /** The JDK's own, which is always there. */
    static JceLayerCipherProvider jdk() {
        return new JceLayerCipherProvider(JDK, "ChaCha20-Poly1305", null);
    }

    /**
     * BoringSSL by way of Conscrypt, or null where its jar is absent or has no native library for this system. Looked
     * up by name, since applications may leave it out; on the module path it has to be among the resolved modules.
     */
    static @Nullable JceLayerCipherProvider conscrypt() {
        try {
            Object provider = Class.forName("org.conscrypt.Conscrypt")
                    .getMethod("newProvider")
                    .invoke(null);
            return new JceLayerCipherProvider(CONSCRYPT, "ChaCha20/Poly1305/NoPadding", (Provider) provider);
        } catch (ReflectiveOperationException | LinkageError absent) {
            return null;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LayerCipher create() {
        try {
            return new JceLayerCipher(name, newCipher());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the layer cipher " + name + " cannot be made", e);
        }
    }

    /** The provider's ChaCha20-Poly1305 itself. */
    Cipher newCipher() throws GeneralSecurityException {
        return provider == null ? Cipher.getInstance(transformation) : Cipher.getInstance(transformation, provider);
    }

    @Override
    public String toString() {
        return name;
    }
}
