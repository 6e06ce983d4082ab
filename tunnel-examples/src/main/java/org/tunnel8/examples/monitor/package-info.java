/** A page that shows how a running command is doing, served by the command itself. Entry: {@link org.tunnel8.examples.monitor.Monitor}. */
@NullMarked
package org.tunnel8.examples.monitor;

import org.jspecify.annotations.NullMarked;
