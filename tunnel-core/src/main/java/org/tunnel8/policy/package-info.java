/** Which addresses a node sends to on behalf of others (D16, D18). */
@NullMarked
package org.tunnel8.policy;

import org.jspecify.annotations.NullMarked;
