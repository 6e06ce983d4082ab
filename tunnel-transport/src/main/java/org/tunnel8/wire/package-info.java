/**
 * What every message of the network is made of: addresses, bounded readers and writers, community ids.
 *
 * <p>The messages themselves live in {@code wire.walk} (getting known) and {@code wire.cell} (circuits). Nothing here reads a clock,
 * opens a socket or looks up a name.
 */
@NullMarked
package org.tunnel8.wire;

import org.jspecify.annotations.NullMarked;
