/**
 * What the monitor's page shows to a real browser, and to whom it cannot see it (docs/monitor.md): {@code mvn -B test -Pbrowser -pl
 * tunnel-interop -am -Dgroups=browser}.
 */
package org.tunnel8.browser;
