package org.tunnel8;

import java.net.InetSocketAddress;

/**
 * The client's SOCKS5 proxy, as an application finds it. Immutable.
 *
 * @param address where it listens
 */
public record Socks5Endpoint(InetSocketAddress address) {}
