/** Told time: the deadline queue that every protocol component shares, and the port through which they send. */
@NullMarked
package org.tunnel8.time;

import org.jspecify.annotations.NullMarked;
