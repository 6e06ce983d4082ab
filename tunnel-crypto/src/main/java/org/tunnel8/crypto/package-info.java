/** Keys, signatures, the circuit key agreement and the layer cipher of the tunnel protocol. */
@NullMarked
package org.tunnel8.crypto;

import org.jspecify.annotations.NullMarked;
