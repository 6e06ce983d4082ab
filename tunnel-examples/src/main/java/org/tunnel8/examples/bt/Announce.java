package org.tunnel8.examples.bt;

/**
 * What a tracker is told. No address of ours is in it.
 *
 * @param infoHash 20 bytes
 * @param peerId 20 bytes
 * @param uploaded bytes given to peers
 * @param downloaded bytes taken from peers
 * @param left bytes that are still wanted
 * @param event what has happened
 * @param wanted how many peers are wanted
 * @param port the port that peers are told; nobody listens there
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Announce(
        byte[] infoHash, byte[] peerId, long uploaded, long downloaded, long left, Event event, int wanted, int port) {
    /** Why a tracker is asked; with its number in UDP announces (BEP 15). */
    enum Event {
        /** To hear of more peers. */
        QUERY(0),
        /** All is there. */
        COMPLETED(1),
        /** The first of a session. */
        STARTED(2),
        /** The last of a session. */
        STOPPED(3);

        private final int number;

        Event(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
