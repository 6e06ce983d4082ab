package org.tunnel8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes sockets whose connections are streams through the tunnel. Names stay unresolved. Thread-safe. */
final class TunnelSocketFactory extends SocketFactory {
    private final TunnelClient client;
    private final FlowOptions options;

    TunnelSocketFactory(TunnelClient client, FlowOptions options) {
        this.client = client;
        this.options = options;
    }

    @Override
    public Socket createSocket() throws IOException {
        return new StreamBackedSocket(client, options);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(InetSocketAddress.createUnresolved(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, @Nullable InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, @Nullable InetAddress local, int localPort)
            throws IOException {
        return createSocket(host, port);
    }

    private Socket connected(InetSocketAddress to) throws IOException {
        Socket socket = createSocket();
        socket.connect(to);
        return socket;
    }
}
