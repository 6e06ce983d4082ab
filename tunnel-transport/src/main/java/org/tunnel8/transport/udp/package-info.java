/**
 * The UDP port on Netty: native epoll with batched receives and segmented sends where the system has them, NIO elsewhere.
 *
 * <p>{@link org.tunnel8.transport.udp.TransportLoop} is one thread, {@link org.tunnel8.transport.udp.UdpTransport} one socket on it.
 * What is sent passes {@code Outbox}, which joins neighbours to runs, judges errors, and retries ({@code FR-004}).
 */
@NullMarked
package org.tunnel8.transport.udp;

import org.jspecify.annotations.NullMarked;
