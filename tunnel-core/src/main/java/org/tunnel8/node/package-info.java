/** A node that serves others: relay, exit, bootstrap server. */
@NullMarked
package org.tunnel8.node;

import org.jspecify.annotations.NullMarked;
