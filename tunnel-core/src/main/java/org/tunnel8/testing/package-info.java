/** Networks to test against: a whole one in the JVM, on real sockets of the loopback interface. */
@NullMarked
package org.tunnel8.testing;

import org.jspecify.annotations.NullMarked;
