package org.tunnel8.walk;

/** The signature of one received packet, checked only when all cheaper checks have passed. */
@FunctionalInterface
interface Signature {
    /** Checks it; call once per packet. */
    boolean verifies();
}
