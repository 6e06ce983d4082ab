/** Cells and the tunnel messages in them: {@code PROTOCOL.md §6, §8}. The entry types are {@code CellFrame}, {@code CellCodec} and, for the packet path, {@code DataView}. */
@NullMarked
package org.tunnel8.wire.cell;

import org.jspecify.annotations.NullMarked;
