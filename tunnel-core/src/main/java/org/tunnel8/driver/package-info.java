/** The edge that drives an engine: its port, its timers, outside sockets, names, threads for callbacks. */
@NullMarked
package org.tunnel8.driver;

import org.jspecify.annotations.NullMarked;
