/** A real BitTorrent client, libtorrent, on both ends of a transfer: one seeds, one downloads through a SOCKS5 proxy. */
@NullMarked
package org.tunnel8.examples.torrent;

import org.jspecify.annotations.NullMarked;
