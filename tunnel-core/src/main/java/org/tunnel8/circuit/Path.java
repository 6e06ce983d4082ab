package org.tunnel8.circuit;

import java.util.List;
import org.tunnel8.peer.Peer;

/**
 * What is decided about a circuit before it is built: its length and both ends; the middle is drawn from what the hops
 * offer.
 *
 * @param hops hops in all
 * @param first the first hop; the exit itself if there is only one
 * @param exit the last hop
 * @param choices why these two, the exit first
 * @param need how they were drawn, and the middle is to be
 */
record Path(int hops, Peer first, Peer exit, List<HopChoice> choices, Need need) {
    Path(int hops, Peer first, Peer exit) {
        this(hops, first, exit, List.of(), Need.USUAL);
    }
}
