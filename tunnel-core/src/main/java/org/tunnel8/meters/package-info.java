/** What Micrometer reads of a client or a node: the only package that knows it, besides the builders that take a registry. */
@NullMarked
package org.tunnel8.meters;

import org.jspecify.annotations.NullMarked;
