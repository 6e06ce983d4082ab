/**
 * A network in virtual time, reproducible from one seed, in which whole nodes run: links that delay and lose, NATs, hosts
 * that come and go. For our tests and for applications' own.
 */
@NullMarked
package org.tunnel8.simulation;

import org.jspecify.annotations.NullMarked;
