package org.tunnel8.walk;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.walk.PeerFlags;

/** The roles that our introductions announce at present. Engine thread only. */
final class AnnouncedFlags {
    private ByteString extra;

    AnnouncedFlags(PeerFlags flags) {
        this.extra = flags.toExtra();
    }

    void change(PeerFlags flags) {
        extra = flags.toExtra();
    }

    /** As the extra bytes of an introduction. */
    ByteString toExtra() {
        return extra;
    }
}
