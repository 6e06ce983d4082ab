/** Our nodes on a real system whose kernel does what the simulator only imitates: NAT. Linux and root only. */
@NullMarked
package org.tunnel8.kernel;

import org.jspecify.annotations.NullMarked;
