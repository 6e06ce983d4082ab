/** Getting known: introductions, punctures, the discovery overlay and the hash table's ping ({@code PROTOCOL.md §4, §12}). */
@NullMarked
package org.tunnel8.wire.walk;

import org.jspecify.annotations.NullMarked;
