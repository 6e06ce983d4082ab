/** What is to be fetched, and a download of it, whichever torrent client is at work. */
@NullMarked
package org.tunnel8.examples.fetch;

import org.jspecify.annotations.NullMarked;
