package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import org.tunnel8.crypto.PublicKey;

/**
 * A node under attack, as anybody may know it.
 *
 * @param address where it is reached
 * @param key its public key
 */
record Target(InetSocketAddress address, PublicKey key) {}
