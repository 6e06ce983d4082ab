/** A download while relays and exits are killed: nodes in processes of their own, and one client that has to cope. */
@NullMarked
package org.tunnel8.examples.endure;

import org.jspecify.annotations.NullMarked;
