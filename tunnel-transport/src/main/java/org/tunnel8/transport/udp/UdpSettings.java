package org.tunnel8.transport.udp;

import java.net.InetAddress;
import java.util.Objects;
import org.tunnel8.transport.PortRange;

/**
 * How a UDP port is bound. Immutable.
 *
 * @param bindAddress the local address; an unspecified one takes datagrams to all of them, and the IPv6 one carries IPv4 too. An IPv4
 *     address makes a socket that cannot send to IPv6
 * @param ports the port, or the range of them ({@code FR-001})
 * @param receiveBufferBytes what is asked of the system for the socket's receive buffer; it may give less
 * @param sendBufferBytes what is asked of the system for the socket's send buffer; it may give less
 * @param sendQueueBytes how many bytes of buffers may wait in this process for the system to take them; what exceeds it is dropped
 * @param segmentation whether equal datagrams may leave joined in one segmented send (UDP GSO), where the system has that
 */
public record UdpSettings(
        InetAddress bindAddress,
        PortRange ports,
        int receiveBufferBytes,
        int sendBufferBytes,
        int sendQueueBytes,
        boolean segmentation) {
    /** Asked of the system for either socket buffer: what Linux machines tuned for UDP allow, some 3,000 datagrams. */
    public static final int SOCKET_BUFFER_BYTES = 4 * 1_024 * 1_024;

    /** Waits in this process at most, besides the socket's buffer: some 1,500 datagrams, 60 ms at 200 Mbit/s. */
    public static final int SEND_QUEUE_BYTES = 2 * 1_024 * 1_024;

    /** A smaller send queue could not hold one segmented send. */
    public static final int LEAST_SEND_QUEUE_BYTES = 128 * 1_024;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a size is not positive, or the send queue below {@link #LEAST_SEND_QUEUE_BYTES}
     */
    public UdpSettings {
        Objects.requireNonNull(bindAddress, "bindAddress");
        Objects.requireNonNull(ports, "ports");
        if (receiveBufferBytes < 1 || sendBufferBytes < 1) {
            throw new IllegalArgumentException(
                    "socket buffers must be positive: " + receiveBufferBytes + " and " + sendBufferBytes);
        }
        if (sendQueueBytes < LEAST_SEND_QUEUE_BYTES) {
            throw new IllegalArgumentException(
                    "the send queue must hold at least " + LEAST_SEND_QUEUE_BYTES + " bytes: " + sendQueueBytes);
        }
    }

    /**
     * Binds with the default sizes.
     *
     * @param bindAddress the local address
     * @param ports the port, or the range of them
     * @return the settings
     */
    public static UdpSettings of(InetAddress bindAddress, PortRange ports) {
        return new UdpSettings(bindAddress, ports, SOCKET_BUFFER_BYTES, SOCKET_BUFFER_BYTES, SEND_QUEUE_BYTES, true);
    }

    /**
     * Asks for other socket buffers.
     *
     * @param receiveBytes for receiving
     * @param sendBytes for sending
     * @return the changed settings
     */
    public UdpSettings withSocketBuffers(int receiveBytes, int sendBytes) {
        return new UdpSettings(bindAddress, ports, receiveBytes, sendBytes, sendQueueBytes, segmentation);
    }

    /**
     * Bounds the send queue differently.
     *
     * @param bytes how many bytes of buffers may wait
     * @return the changed settings
     */
    public UdpSettings withSendQueue(int bytes) {
        return new UdpSettings(bindAddress, ports, receiveBufferBytes, sendBufferBytes, bytes, segmentation);
    }

    /**
     * Allows segmented sends or not.
     *
     * @param allowed whether they are
     * @return the changed settings
     */
    public UdpSettings withSegmentation(boolean allowed) {
        return new UdpSettings(bindAddress, ports, receiveBufferBytes, sendBufferBytes, sendQueueBytes, allowed);
    }
}
