/**
 * Getting known and staying known: bootstrap, walking, the four-message handshake, answering and introducing others.
 * {@link org.tunnel8.walk.Discovery} is the entry.
 */
@NullMarked
package org.tunnel8.walk;

import org.jspecify.annotations.NullMarked;
