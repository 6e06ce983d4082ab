package org.tunnel8.circuit;

import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;

/** One hop of an own circuit: whose it is, and the keys of its layer. Engine thread only. */
final class Hop {
    final PublicKey key;
    final SessionKeys keys;
    final SendCounter forward = SendCounter.ownerForward();

    Hop(PublicKey key, SessionKeys keys) {
        this.key = key;
        this.keys = keys;
    }
}
