/** HTTP at the edge: an exit's connections to servers, and what a client reads out of an answer. */
@NullMarked
package org.tunnel8.http;

import org.jspecify.annotations.NullMarked;
