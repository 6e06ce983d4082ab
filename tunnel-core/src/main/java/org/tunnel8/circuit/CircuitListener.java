package org.tunnel8.circuit;

import org.tunnel8.wire.Address;
import org.tunnel8.wire.cell.HttpResponse;

/** Hears of own circuits. Called on the engine's thread. */
interface CircuitListener {
    /** All hops have answered and proved to hold their keys. */
    void onReady(Circuit circuit);

    /** The circuit has ended; it is not in the table any more. */
    void onClosed(Circuit circuit, CloseReason reason);

    /**
     * Application data has come back.
     *
     * @param origin who sent it to the exit, as the exit says
     * @param buffer holds the payload with room in front and behind; may be overwritten, is not kept
     */
    void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length);

    /** A part of an answer to an HTTP request has come back. */
    void onHttpResponse(Circuit circuit, HttpResponse response);
}
