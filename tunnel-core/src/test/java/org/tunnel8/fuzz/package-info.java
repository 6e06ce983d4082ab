/** Attacks with hostile datagrams, by the hundred thousand in each build and by the million in a campaign. */
@NullMarked
package org.tunnel8.fuzz;

import org.jspecify.annotations.NullMarked;
