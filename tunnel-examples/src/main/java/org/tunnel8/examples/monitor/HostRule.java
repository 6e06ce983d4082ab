package org.tunnel8.examples.monitor;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts a request may say that it is for. A name of somebody else's that is made to lead here (DNS rebinding) would let
 * that somebody's pages read what they ask for; an address cannot be made to.
 */
final class HostRule {
    private HostRule() {}

    /**
     * Tells whether a request may be answered.
     *
     * @param hosts the values of its Host headers
     * @param local whether the page is on a loopback address
     * @return true for exactly one that is localhost or an address in numbers, and one of this machine's own if the page is local
     */
    static boolean allows(List<String> hosts, boolean local) {
        if (hosts.size() != 1) {
            return false;
        }
        String host = withoutPort(hosts.get(0).toLowerCase(Locale.ROOT));
        if (host.equals("localhost")) {
            return true;
        }
        @Nullable InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return address != null && (!local || address.isLoopbackAddress());
    }

    private static String withoutPort(String host) {
        int end = host.startsWith("[") ? host.indexOf(']') : host.indexOf(':') - 1;
        if (host.startsWith("[")) {
            return end < 0 ? host : host.substring(1, end);
        }
        return end < 0 ? host : host.substring(0, end + 1);
    }
}
