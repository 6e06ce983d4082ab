package org.tunnel8.leaks;

import java.time.Instant;

/** One Ethernet frame of a capture; hardware addresses as {@code 02:00:c6:12:01:01}. Immutable. */
record Frame(Instant at, String source, String target, Packet packet) {}
