/** The single-threaded engine: told the time and handed datagrams, it hands datagrams, deadlines and events back. */
@NullMarked
package org.tunnel8.engine;

import org.jspecify.annotations.NullMarked;
