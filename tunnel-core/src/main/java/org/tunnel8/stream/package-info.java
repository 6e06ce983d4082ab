/** What a client carries over circuits besides datagrams: plain HTTP exchanges, and streams of bytes (D9). */
@NullMarked
package org.tunnel8.stream;

import org.jspecify.annotations.NullMarked;
