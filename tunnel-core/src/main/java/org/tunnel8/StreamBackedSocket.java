package org.tunnel8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.wire.Address;

/**
 * A socket of Java's own type in front of a {@link TunnelSocket}. It has no socket of the system: what sets options of one is
 * taken and does nothing, what binds it to an address of this machine is refused. Thread-safe.
 */
final class StreamBackedSocket extends Socket {
    private final TunnelClient client;
    private final FlowOptions options;
    private @Nullable TunnelSocket stream;
    private @Nullable CompletableFuture<TunnelSocket> connecting;
    private boolean closed;
    private boolean inputShut;
    private boolean outputShut;
    private int timeoutMillis;

    StreamBackedSocket(TunnelClient client, FlowOptions options) throws SocketException {
        super((SocketImpl) null);
        this.client = client;
        this.options = options;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int limitMillis) throws IOException {
        if (!(endpoint instanceof InetSocketAddress to)) {
            throw new IllegalArgumentException("a stream leads to an internet address");
        }
        if (limitMillis < 0) {
            throw new IllegalArgumentException("a negative time-out");
        }
        CompletableFuture<TunnelSocket> begun = begin(to);
        try {
            TunnelSocket open = limitMillis == 0 ? begun.get() : begun.get(limitMillis, TimeUnit.MILLISECONDS);
            connected(open);
        } catch (TimeoutException e) {
            begun.cancel(false);
            close();
            throw new SocketTimeoutException("the peer did not answer in time");
        } catch (InterruptedException e) {
            begun.cancel(false);
            close();
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted while connecting");
        } catch (CancellationException e) {
            throw new SocketException("Socket closed");
        } catch (ExecutionException e) {
            close();
            Throwable why = Objects.requireNonNullElse(e.getCause(), e);
            ConnectException told = new ConnectException(String.valueOf(why.getMessage()));
            told.initCause(why);
            throw told;
        }
    }

    private CompletableFuture<TunnelSocket> begin(InetSocketAddress to) throws IOException {
        synchronized (this) {
            if (closed) {
                throw new SocketException("Socket is closed");
            }
            if (connecting != null) {
                throw new SocketException("already connected");
            }
            try {
                connecting = client.connect(to, options);
            } catch (TunnelException e) {
                ConnectException told = new ConnectException(String.valueOf(e.getMessage()));
                told.initCause(e);
                throw told;
            }
            return connecting;
        }
    }

    private void connected(TunnelSocket open) throws SocketException {
        synchronized (this) {
            if (closed) {
                open.abort();
                throw new SocketException("Socket closed");
            }
            stream = open;
            open.readTimeout(Duration.ofMillis(timeoutMillis));
        }
    }

    private TunnelSocket stream() throws SocketException {
        synchronized (this) {
            if (closed) {
                throw new SocketException("Socket is closed");
            }
            TunnelSocket open = stream;
            if (open == null) {
                throw new SocketException("Socket is not connected");
            }
            return open;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream from = stream().input();
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return inputShut ? -1 : from.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return inputShut ? -1 : from.read(buffer, offset, length);
            }

            @Override
            public int available() throws IOException {
                return inputShut ? 0 : from.available();
            }

            @Override
            public void close() throws IOException {
                StreamBackedSocket.this.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        OutputStream to = stream().output();
        return new OutputStream() {
            @Override
            public void write(int single) throws IOException {
                to.write(single);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                to.write(buffer, offset, length);
            }

            @Override
            public void close() throws IOException {
                StreamBackedSocket.this.close();
            }
        };
    }

    @Override
    public void shutdownOutput() throws IOException {
        stream().shutdownOutput();
        outputShut = true;
    }

    @Override
    public void shutdownInput() throws IOException {
        stream();
        inputShut = true;
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (stream != null) {
            stream.close();
        } else if (connecting != null) {
            connecting.cancel(false);
        }
    }

    @Override
    public boolean isConnected() {
        synchronized (this) {
            return stream != null;
        }
    }

    @Override
    public boolean isClosed() {
        synchronized (this) {
            return closed;
        }
    }

    @Override
    public boolean isBound() {
        return isConnected();
    }

    @Override
    public boolean isInputShutdown() {
        return inputShut;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        if (local != null) {
            throw new SocketException("a stream through the tunnel has no address on this machine");
        }
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        SocketAddress to = getRemoteSocketAddress();
        return to instanceof InetSocketAddress internet ? internet.getAddress() : null;
    }

    @Override
    public int getPort() {
        return getRemoteSocketAddress() instanceof InetSocketAddress internet ? internet.getPort() : 0;
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        synchronized (this) {
            return stream == null ? null : stream.remote();
        }
    }

    @Override
    public InetAddress getLocalAddress() {
        return Endpoints.toSocketAddress(Address.parse("0.0.0.0", 0)).getAddress();
    }

    @Override
    public int getLocalPort() {
        return isConnected() ? 0 : -1;
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return null;
    }

    @Override
    public @Nullable SocketChannel getChannel() {
        return null;
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        if (millis < 0) {
            throw new IllegalArgumentException("a negative time-out");
        }
        timeoutMillis = millis;
        if (stream != null) {
            stream.readTimeout(Duration.ofMillis(millis));
        }
    }

    @Override
    public synchronized int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public boolean getTcpNoDelay() {
        return true;
    }

    @Override
    public void setSoLinger(boolean on, int seconds) {}

    @Override
    public int getSoLinger() {
        return -1;
    }

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public boolean getKeepAlive() {
        return true;
    }

    @Override
    public void setSendBufferSize(int bytes) {}

    @Override
    public int getSendBufferSize() {
        return TunnelSocket.BUFFER_BYTES;
    }

    @Override
    public void setReceiveBufferSize(int bytes) {}

    @Override
    public int getReceiveBufferSize() {
        return TunnelSocket.BUFFER_BYTES;
    }

    @Override
    public void setTrafficClass(int trafficClass) {}

    @Override
    public int getTrafficClass() {
        return 0;
    }

    @Override
    public void setReuseAddress(boolean on) {}

    @Override
    public boolean getReuseAddress() {
        return false;
    }

    @Override
    public void setOOBInline(boolean on) {}

    @Override
    public boolean getOOBInline() {
        return false;
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        throw new SocketException("streams through the tunnel know no urgent data");
    }

    @Override
    public String toString() {
        return "StreamBackedSocket[" + (isClosed() ? "closed" : isConnected() ? "connected" : "unconnected") + "]";
    }
}
