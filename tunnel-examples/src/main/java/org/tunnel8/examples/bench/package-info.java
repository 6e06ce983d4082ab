/** Measurements of the library on one machine: goodput and CPU time through circuits, the layer cipher, the building of circuits. */
@NullMarked
package org.tunnel8.examples.bench;

import org.jspecify.annotations.NullMarked;
