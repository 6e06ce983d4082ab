package org.tunnel8.wire.walk;

import org.tunnel8.crypto.PublicKey;

/**
 * Messages 1 and 2 of the hash table's overlay, decoded but not verified: how the reference asks whether a node lives before it extends a
 * circuit to it. {@code PROTOCOL.md §8, §12}.
 *
 * @param response whether it is the answer
 * @param identifier all 32 bits, the same in question and answer
 * @param sender the key it claims to come from
 * @param signedLength how many bytes from the datagram's start the signature covers
 */
public record DhtPing(boolean response, int identifier, PublicKey sender, int signedLength) {}
