package org.tunnel8.proxy;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/**
 * A client's request (RFC 1928 §4). Immutable.
 *
 * @param command as it came
 * @param address the address it names, with the port; null for a name that can be none
 * @param port the port, 0 to 65535
 */
record Socks5Request(int command, @Nullable Address address, int port) {
    static final int CONNECT = 1;
    static final int BIND = 2;
    static final int UDP_ASSOCIATE = 3;
}
