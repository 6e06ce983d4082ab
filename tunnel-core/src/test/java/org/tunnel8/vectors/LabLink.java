package org.tunnel8.vectors;

import java.net.InetSocketAddress;
import org.tunnel8.crypto.PublicKey;

/** A neighbour on a circuit, and the id of the link to it. */
public record LabLink(InetSocketAddress address, PublicKey key, int circuitId) {}
