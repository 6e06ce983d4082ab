/** The network's wire formats and the datagram transport beneath them. */
module org.tunnel8.transport {
    requires static transitive org.jspecify;
    requires transitive org.tunnel8.crypto;

    exports org.tunnel8.wire to
            org.tunnel8.core;
    exports org.tunnel8.wire.walk to
            org.tunnel8.core;
    exports org.tunnel8.wire.cell to
            org.tunnel8.core;
}
