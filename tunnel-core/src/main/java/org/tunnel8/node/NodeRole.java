package org.tunnel8.node;

import org.tunnel8.wire.walk.PeerFlags;

/** What a node does for others (PROTOCOL.md §5). */
public enum NodeRole {
    /** Passes on cells of others' circuits. */
    RELAY(PeerFlags.RELAY),
    /** Sends BitTorrent traffic of others to the outside. */
    EXIT_BT(PeerFlags.EXIT_BT),
    /** Sends IPv8 traffic of others to the outside. */
    EXIT_IPV8(PeerFlags.EXIT_IPV8),
    /** Performs plain HTTP exchanges with trackers for others. */
    EXIT_HTTP(PeerFlags.EXIT_HTTP),
    /** Asks to be taken as an exit only where no other is left; what it carries, the other roles say. */
    EXIT_BACKUP(PeerFlags.EXIT_BACKUP),
    /** Answers speed tests over circuits. */
    SPEED_TEST(PeerFlags.SPEED_TEST),
    /** Introduces anybody to anybody; not announced. */
    BOOTSTRAP(0);

    private final int flag;

    NodeRole(int flag) {
        this.flag = flag;
    }

    /**
     * The bit by which peers announce the role.
     *
     * @return 0 if it is not announced
     */
    public int flag() {
        return flag;
    }
}
