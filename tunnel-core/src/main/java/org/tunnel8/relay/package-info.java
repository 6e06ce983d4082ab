/** Others' circuits: joining them, extending them, passing their cells on. */
@NullMarked
package org.tunnel8.relay;

import org.jspecify.annotations.NullMarked;
