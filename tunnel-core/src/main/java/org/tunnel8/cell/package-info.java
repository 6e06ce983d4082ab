/**
 * Cells on links: the table of circuit ids, the router in front of it, and what relays, exits and circuit owners share
 * of them.
 */
@NullMarked
package org.tunnel8.cell;

import org.jspecify.annotations.NullMarked;
