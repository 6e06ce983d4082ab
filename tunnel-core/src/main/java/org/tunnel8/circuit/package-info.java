/** Own circuits: choosing a path, building it, keeping it alive, replacing it, and the application's flows over it. */
@NullMarked
package org.tunnel8.circuit;

import org.jspecify.annotations.NullMarked;
