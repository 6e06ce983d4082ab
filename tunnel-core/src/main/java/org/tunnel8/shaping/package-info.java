/** What passes for others: how fast, how much in a month, and in which order when not all of it can. */
@NullMarked
package org.tunnel8.shaping;

import org.jspecify.annotations.NullMarked;
