package org.tunnel8.transport.udp;

import java.net.InetAddress;
import java.util.Objects;
import org.tunnel8.transport.DatagramPort;
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
 * @param maxSentBytes the longest datagram that is sent; what exceeds it is counted and dropped ({@code D4})
 * @param segmentation whether equal datagrams may leave joined in one segmented send (UDP GSO), where the system has that
 */
public record UdpSettings(
        InetAddress bindAddress,
        PortRange ports,
        int receiveBufferBytes,
        int sendBufferBytes,
        int sendQueueBytes,
        int maxSentBytes,
        boolean segmentation) {
    /** Asked of the system for either socket buffer: what Linux machines tuned for UDP allow, some 3,000 datagrams. */
    public static final int SOCKET_BUFFER_BYTES = 4 * 1_024 * 1_024;

    /** Waits in this process at most, besides the socket's buffer: some 1,500 datagrams, 60 ms at 200 Mbit/s. */
    public static final int SEND_QUEUE_BYTES = 2 * 1_024 * 1_024;

    /** A smaller send queue could not hold one segmented send. */
    public static final int LEAST_SEND_QUEUE_BYTES = 128 * 1_024;

    /** No port can be told to send longer datagrams: what a buffer of this process holds. */
    public static final int LARGEST_SENT_BYTES = SegmentationGate.MAX_RUN_BYTES;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if a size is not positive, the send queue below {@link #LEAST_SEND_QUEUE_BYTES}, or the longest
     *     datagram above {@link #LARGEST_SENT_BYTES}
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
        if (maxSentBytes < 1 || maxSentBytes > LARGEST_SENT_BYTES) {
            throw new IllegalArgumentException(
                    "the longest datagram must have 1 to " + LARGEST_SENT_BYTES + " bytes: " + maxSentBytes);
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
        return new UdpSettings(
                bindAddress,
                ports,
                SOCKET_BUFFER_BYTES,
                SOCKET_BUFFER_BYTES,
                SEND_QUEUE_BYTES,
                DatagramPort.MAX_SENT_BYTES,
                true);
    }

    /**
     * Asks for other socket buffers.
     *
     * @param receiveBytes for receiving
     * @param sendBytes for sending
     * @return the changed settings
     */
    public UdpSettings withSocketBuffers(int receiveBytes, int sendBytes) {
        return new UdpSettings(bindAddress, ports, receiveBytes, sendBytes, sendQueueBytes, maxSentBytes, segmentation);
    }

    /**
     * Bounds the send queue differently.
     *
     * @param bytes how many bytes of buffers may wait
     * @return the changed settings
     */
    public UdpSettings withSendQueue(int bytes) {
        return new UdpSettings(
                bindAddress, ports, receiveBufferBytes, sendBufferBytes, bytes, maxSentBytes, segmentation);
    }

    /**
     * Sends longer or only shorter datagrams, for ports that talk to others than the network's nodes.
     *
     * @param bytes the longest datagram
     * @return the changed settings
     */
    public UdpSettings withMaxSent(int bytes) {
        return new UdpSettings(
                bindAddress, ports, receiveBufferBytes, sendBufferBytes, sendQueueBytes, bytes, segmentation);
    }

    /**
     * Allows segmented sends or not.
     *
     * @param allowed whether they are
     * @return the changed settings
     */
    public UdpSettings withSegmentation(boolean allowed) {
        return new UdpSettings(
                bindAddress, ports, receiveBufferBytes, sendBufferBytes, sendQueueBytes, maxSentBytes, allowed);
    }
}
