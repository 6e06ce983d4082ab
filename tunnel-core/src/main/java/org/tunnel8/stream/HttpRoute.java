package org.tunnel8.stream;

import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.cell.HttpRequest;

/**
 * One circuit that an exchange asks over. Engine thread only.
 */
public interface HttpRoute {
    /**
     * Tells the circuit from all others that there are now.
     *
     * @return its id
     */
    int circuitId();

    /**
     * Who is at its end.
     *
     * @return the exit's key
     */
    PublicKey exit();

    /**
     * Sends a request to the exit.
     *
     * @param request what it is to do
     */
    void ask(HttpRequest request);

    /** Notes that the exchange does not use the circuit any more. To be called once. */
    void release();

    /** Notes that the exit has answered what cannot be: it alone can have sealed that (D11). */
    void exitLied();
}
