/** A client and node of the Tribler anonymity network. */
module org.tunnel8.core {
    requires static transitive org.jspecify;
    requires org.tunnel8.crypto;
    requires org.tunnel8.transport;

    exports org.tunnel8.metrics;
}
