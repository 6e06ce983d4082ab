/** The network's wire formats and the datagram transport beneath them. */
module org.tunnel8.transport {
    requires static transitive org.jspecify;
    requires transitive org.tunnel8.crypto;
    requires java.management;
    requires jdk.net;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires org.slf4j;

    exports org.tunnel8.transport;
    exports org.tunnel8.transport.udp to
            org.tunnel8.core;
    exports org.tunnel8.wire to
            org.tunnel8.core;
    exports org.tunnel8.wire.walk to
            org.tunnel8.core;
    exports org.tunnel8.wire.cell to
            org.tunnel8.core;
}
