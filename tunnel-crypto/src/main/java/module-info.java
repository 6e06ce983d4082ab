/** Cryptography of the tunnel protocol; no networking. */
module org.tunnel8.crypto {
    requires static transitive org.jspecify;
    requires org.bouncycastle.provider;

    exports org.tunnel8.crypto;
}
