/** A client and nodes of the Tribler anonymity network. */
// Micrometer's jar has no descriptor of its own, but names its module for good in its manifest.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module org.tunnel8.core {
    requires static transitive org.jspecify;
    requires transitive org.tunnel8.crypto;
    requires transitive org.tunnel8.transport;
    requires static transitive micrometer.core;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.codec.socks;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires org.slf4j;

    exports org.tunnel8;
    exports org.tunnel8.metrics;
    exports org.tunnel8.node;
    exports org.tunnel8.policy;
    exports org.tunnel8.simulation;
    exports org.tunnel8.testing;
}
