/** The torrent client {@code bt} on streams, datagrams and HTTP exchanges of the tunnel: it opens no socket of its own. */
@NullMarked
package org.tunnel8.examples.bt;

import org.jspecify.annotations.NullMarked;
