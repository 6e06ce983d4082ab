/**
 * The leak laboratory: real torrent clients behind our proxy on hosts of their own, and a packet capture at the client's
 * cable that is to show nothing but the tunnel (docs/leak-laboratory.md).
 */
package org.tunnel8.leaks;
