package org.tunnel8.stream;

import org.tunnel8.wire.Address;

/**
 * Where the datagrams of an endpoint leave: one flow of datagrams. Engine thread only.
 */
public interface UtpOutput {
    /**
     * How long a datagram to a target may be. Asked once for each stream, when it begins.
     *
     * @param target who is to get it
     * @return bytes of uTP, headers included (D4: 1,404, 1,380 and 1,356 for an IPv4 target at 1, 2 and 3 hops); less than 150
     *     counts as 150, more than 1,472 as 1,472
     */
    int maxDatagramBytes(Address target);

    /**
     * Tells whether the line takes more. Asked before each datagram with data; what is short and urgent is sent without
     * asking.
     *
     * @return false if the endpoint is to wait
     */
    boolean hasRoom();

    /**
     * Has something run once there is room again; never at once. An endpoint has one such action pending at most.
     *
     * @param action what to run, on the engine's thread
     */
    void whenRoom(Runnable action);

    /**
     * Sends one datagram.
     *
     * @param target who is to get it
     * @param buffer holds the datagram with room in front and behind ({@code Headroom}); may be overwritten, is not kept
     * @param offset where the datagram starts
     * @param length its bytes
     * @return false if it is gone: to a stream it is a datagram lost on the way
     */
    boolean send(Address target, byte[] buffer, int offset, int length);
}
