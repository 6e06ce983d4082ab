/** What is counted: traffic, and every drop with its reason. */
@NullMarked
package org.tunnel8.metrics;

import org.jspecify.annotations.NullMarked;
