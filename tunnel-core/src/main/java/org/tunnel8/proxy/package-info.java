/**
 * SOCKS5 in front of the tunnels: applications send their datagrams through a UDP association, and everything behind it
 * is one port, {@link org.tunnel8.proxy.DatagramTunnel}.
 */
@NullMarked
package org.tunnel8.proxy;

import org.jspecify.annotations.NullMarked;
