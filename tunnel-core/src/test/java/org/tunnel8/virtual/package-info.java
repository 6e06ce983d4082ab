/** A network in virtual time, in which engines are tested. */
@NullMarked
package org.tunnel8.virtual;

import org.jspecify.annotations.NullMarked;
