/** A client and node of the Tribler anonymity network. */
module org.tunnel8.core {
    requires static transitive org.jspecify;

    exports org.tunnel8.metrics;
}
