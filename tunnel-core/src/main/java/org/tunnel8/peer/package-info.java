/** Who is there: verified peers with their keys, addresses, flags, round trips and standing. */
@NullMarked
package org.tunnel8.peer;

import org.jspecify.annotations.NullMarked;
