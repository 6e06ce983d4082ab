package org.tunnel8.examples;

import com.google.gson.JsonArray;
import java.net.InetSocketAddress;
import java.util.Collection;

/** Writes addresses down as the command line reads them: {@code IP:PORT}, IPv6 in brackets. */
final class Endpoints {
    private Endpoints() {}

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    static JsonArray array(Collection<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
