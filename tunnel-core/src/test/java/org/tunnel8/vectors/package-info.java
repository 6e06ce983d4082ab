/** The recorded vectors that take a whole engine, or parts of one, and the nodes that they are played to. */
@NullMarked
package org.tunnel8.vectors;

import org.jspecify.annotations.NullMarked;
