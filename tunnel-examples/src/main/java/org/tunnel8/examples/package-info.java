/** The command line: a whole network on one machine, single nodes, a client with its proxy, and measurements. */
@NullMarked
package org.tunnel8.examples;

import org.jspecify.annotations.NullMarked;
