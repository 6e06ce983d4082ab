package org.tunnel8.proxy;

/**
 * All that a proxy puts its clients' traffic into.
 *
 * @param datagrams for UDP ASSOCIATE
 * @param streams for CONNECT to addresses
 * @param exchanges for CONNECT to names
 */
public record Tunnels(DatagramTunnel datagrams, StreamTunnel streams, HttpTunnel exchanges) {}
