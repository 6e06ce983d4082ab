/**
 * Traffic beside the circuits, under a user's consent that ends (FR-022): the only sockets of a client that lead to targets.
 *
 * <p>None of them can be made without a {@link org.tunnel8.direct.Permit}, and each closes when its permit ends.
 */
@NullMarked
package org.tunnel8.direct;

import org.jspecify.annotations.NullMarked;
