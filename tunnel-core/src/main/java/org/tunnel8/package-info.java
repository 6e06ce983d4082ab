/** What an application sees: the client, its builder, its status and events. */
@NullMarked
package org.tunnel8;

import org.jspecify.annotations.NullMarked;
