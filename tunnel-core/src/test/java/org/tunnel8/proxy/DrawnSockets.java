package org.tunnel8.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.wire.Headroom;

/** Sockets without a system, some of which chance refuses, has late or breaks. */
final class DrawnSockets implements Sockets {
    private static final int MOST_BYTES = DatagramPort.MAX_RECEIVED_BYTES;

    private final RandomGenerator random;
    private final Consumer<DrawnPort> bound;
    private final Function<ChannelHandler, PlayedConnection> applications;
    private final List<DrawnPort> open = new ArrayList<>();
    private final List<PlayedConnection> connected = new ArrayList<>();
    private final List<Runnable> late = new ArrayList<>();
    private int lastPort = 20_000;

    /** What is to be bound is told; connections to the application are made by a function. */
    DrawnSockets(
            RandomGenerator random,
            Consumer<DrawnPort> bound,
            Function<ChannelHandler, PlayedConnection> applications) {
        this.random = random;
        this.bound = bound;
        this.applications = applications;
    }

    @Override
    public CompletableFuture<? extends DatagramPort> bind(InetAddress local, DatagramListener listener) {
        CompletableFuture<DatagramPort> binding = new CompletableFuture<>();
        DrawnPort port = new DrawnPort(new InetSocketAddress(local, lastPort), listener);
        lastPort = lastPort == 60_000 ? 20_000 : lastPort + 1;
        bound.accept(port);
        boolean fails = random.nextInt(30) == 0;
        Runnable ending = () -> {
            port.isBinding = false;
            if (fails) {
                binding.completeExceptionally(new IOException("no socket"));
            } else {
                open.add(port);
                binding.complete(port);
            }
        };
        if (random.nextInt(10) == 0) {
            late.add(ending);
        } else {
            ending.run();
        }
        return binding;
    }

    @Override
    public ChannelFuture connect(InetSocketAddress application, ChannelHandler handler) {
        PlayedConnection connection = applications.apply(handler);
        connection.config().setAutoRead(false);
        connection.begin();
        ChannelPromise promise = connection.newPromise();
        boolean fails = random.nextInt(8) == 0;
        late.add(() -> {
            if (fails || !connection.isOpen()) {
                promise.setFailure(new IOException("nobody listens"));
            } else {
                connected.add(connection);
                promise.setSuccess();
            }
            connection.pump();
        });
        return promise;
    }

    /** Ends what is late; false if there is nothing. */
    boolean endLate() {
        List<Runnable> ending = List.copyOf(late);
        late.clear();
        ending.forEach(Runnable::run);
        return !ending.isEmpty();
    }

    /** Connections to the application that are open. */
    List<PlayedConnection> connected() {
        connected.removeIf(connection -> !connection.isOpen());
        return connected;
    }

    /** Ports that are open. */
    List<DrawnPort> open() {
        return open;
    }

    /** A UDP socket of an association. */
    final class DrawnPort implements DatagramPort {
        private final InetSocketAddress address;
        private final DatagramListener listener;
        private @Nullable InetAddress client;
        private boolean isBinding = true;

        DrawnPort(InetSocketAddress address, DatagramListener listener) {
            this.address = address;
            this.listener = listener;
        }

        /** Where alone datagrams may go. */
        void servesAlone(InetAddress only) {
            client = only;
        }

        /** A datagram comes, as a socket hands it over. */
        void bring(InetSocketAddress from, byte[] datagram) {
            byte[] buffer = new byte[Headroom.FRONT_BYTES + datagram.length + Headroom.BACK_BYTES];
            System.arraycopy(datagram, 0, buffer, Headroom.FRONT_BYTES, datagram.length);
            listener.onDatagram(from, buffer, Headroom.FRONT_BYTES, datagram.length);
        }

        /** The system takes the socket away. */
        void lose() {
            listener.onTransportEvent(new TransportEvent.PortLost());
        }

        /** Whether it is open, or will be. */
        boolean isOpen() {
            return isBinding || open.contains(this);
        }

        @Override
        public InetSocketAddress localAddress() {
            return address;
        }

        @Override
        public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            boolean isStrange = client != null && !to.getAddress().equals(client);
            if (!open.contains(this) || length > MOST_BYTES || isStrange || !hasHeader(buffer, offset, length)) {
                throw new AssertionError("sent to a client what cannot be");
            }
        }

        private static boolean hasHeader(byte[] buffer, int offset, int length) {
            boolean isZero = length > 5 && buffer[offset] == 0 && buffer[offset + 1] == 0 && buffer[offset + 2] == 0;
            int bytes = isZero ? SocksAddress.bytes(buffer[offset + 3], buffer[offset + 4] & 0xff) : -1;
            return bytes > 0 && 3 + bytes <= length;
        }

        @Override
        public TransportCounters counters() {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public boolean isWritable() {
            return random.nextInt(20) != 0;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }
}
