package org.tunnel8.wire.walk;

import org.tunnel8.wire.IpAddress;

/** The two generations of walker messages ({@code PROTOCOL.md §4}). */
public enum WalkStyle {
    /** Messages 245, 246, 249 and 250: IPv4 only. */
    OLD,
    /** Messages 231 to 234: IPv4 and IPv6. */
    NEW;

    /** Refuses an address that messages of this style can't hold. */
    void check(IpAddress address) {
        if (this == OLD && !address.isIpv4()) {
            throw new IllegalArgumentException("old-style messages hold IPv4 only");
        }
    }
}
