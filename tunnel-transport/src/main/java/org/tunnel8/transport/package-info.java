/** The datagram port as the protocol sees it: who listens, what is counted, what can go wrong; no networking library in sight. */
@NullMarked
package org.tunnel8.transport;

import org.jspecify.annotations.NullMarked;
