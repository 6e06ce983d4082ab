/** Sending to the outside for others, and bringing answers back: payload rules, target rules, outside sockets. */
@NullMarked
package org.tunnel8.exit;

import org.jspecify.annotations.NullMarked;
