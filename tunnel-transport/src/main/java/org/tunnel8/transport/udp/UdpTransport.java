package org.tunnel8.transport.udp;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.BindFailedException;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.transport.SendFailure;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.TransportEvent;

/**
 * A UDP socket on a {@link TransportLoop} ({@code FR-001} to {@code FR-004}, {@code D4}).
 *
 * <p>Receives in batches, joins equal neighbours of what is sent where the system takes segmented sends, lets IP fragment what exceeds
 * the MTU, and retries passing errors. Hundreds may share a loop: a socket holds no buffer while nothing happens.
 *
 * <p>Listener calls and {@link #send} belong to the loop's thread; the other methods may be called by any thread.
 */
public final class UdpTransport implements DatagramPort {
    private static final Logger LOG = LoggerFactory.getLogger(UdpTransport.class);

    private final TransportLoop loop;
    private final DatagramListener listener;
    private final PortCounters counters = new PortCounters();
    private final TroubleNews news = new TroubleNews();
    private final LongSupplier nanoClock = System::nanoTime;
    private final DatagramChannel channel;
    private final Outbox outbox;
    private volatile InetSocketAddress localAddress;
    private boolean flushPending;
    private boolean closed;
    private long retryNanos = RetryQueue.NEVER;
    private @Nullable Cancellable retryTimer;

    private UdpTransport(TransportLoop loop, UdpSettings settings, DatagramListener listener) {
        this.loop = loop;
        this.listener = listener;
        this.localAddress = new InetSocketAddress(settings.bindAddress(), 0);
        channel = DatagramChannels.open(loop, settings);
        boolean segmentation =
                settings.segmentation() && loop.isNative() && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
        outbox = new Outbox(
                channel,
                settings.bindAddress() instanceof Inet4Address,
                settings.maxSentBytes(),
                counters,
                new MemoryBudget(settings.sendQueueBytes(), loop.sendBudget()),
                loop.retryBudget(),
                new SegmentationGate(segmentation, nanoClock),
                nanoClock,
                new OutboxHost());
        channel.pipeline().addLast(new InboundDatagrams(this, counters, loop.scratch()));
    }

    /**
     * Opens a socket and binds it, by any thread.
     *
     * @param loop serves the socket until either is closed
     * @param settings where and how to bind
     * @param listener takes what arrives, on the loop's thread, from the moment of binding on
     * @return ends on the loop's thread with the bound port; or exceptionally with {@link BindFailedException} if the system gives no
     *     socket or no port of the range can be bound, or with {@link RejectedExecutionException} if the loop is closed. If it was
     *     cancelled before, the port is closed again
     */
    public static CompletableFuture<UdpTransport> bind(
            TransportLoop loop, UdpSettings settings, DatagramListener listener) {
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(listener, "listener");
        CompletableFuture<UdpTransport> bound = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                try {
                    new UdpTransport(loop, settings, listener).open(settings, bound);
                } catch (ChannelException noSocket) {
                    bound.completeExceptionally(
                            new BindFailedException(BindFailedException.Reason.OTHER, settings.ports(), noSocket));
                }
            });
        } catch (RejectedExecutionException e) {
            bound.completeExceptionally(e);
        }
        return bound;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (!loop.inLoop()) {
            throw new IllegalStateException("send belongs to the loop's thread");
        }
        outbox.send(to, buffer, offset, length);
    }

    @Override
    public TransportCounters counters() {
        return counters.snapshot();
    }

    @Override
    public boolean isWritable() {
        return outbox.isWritable();
    }

    @Override
    public void close() {
        if (loop.inLoop()) {
            closeInLoop();
            return;
        }
        try {
            loop.execute(this::closeInLoop);
        } catch (RejectedExecutionException loopClosed) {
            LOG.debug("the loop had closed the port before");
        }
    }

    /** The socket's channel, for this package's tests to bring trouble upon. */
    DatagramChannel channel() {
        return channel;
    }

    /** Hands what was sent in this turn to the system. */
    void flush() {
        flushPending = false;
        outbox.flush();
    }

    void received(InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (closed) {
            // The rest of a batch during which the listener closed the port.
            return;
        }
        counters.received.add(1);
        counters.receivedBytes.add(length);
        try {
            listener.onDatagram(from, buffer, offset, length);
        } catch (RuntimeException e) {
            counters.listenerFailures.add(1);
            long failures = loop.logNews().listener.admit(1, nanoClock.getAsLong());
            if (failures > 0) {
                LOG.error("a datagram listener failed, {} times by now: {}", failures, FailureText.of(e));
                LOG.debug("a datagram listener failed", LogDetail.of(e));
            }
        }
    }

    void receiveFailed(Throwable cause) {
        counters.receiveErrors.add(1);
        long nowNanos = nanoClock.getAsLong();
        long logged = loop.logNews().receiving.admit(1, nowNanos);
        if (logged > 0) {
            LOG.warn("receiving failed, {} times by now: {}", logged, FailureText.of(cause));
            LOG.debug("receiving failed", LogDetail.of(cause));
        }
        long told = news.receiving.admit(1, nowNanos);
        if (told > 0) {
            tell(new TransportEvent.ReceiveFailing(told));
        }
    }

    /** The channel is closed, by us or by the system. */
    void channelClosed() {
        if (!closed) {
            LOG.warn("the system closed a UDP socket");
            tell(new TransportEvent.PortLost());
            closeInLoop();
        }
    }

    private void open(UdpSettings settings, CompletableFuture<UdpTransport> bound) {
        loop.opened(this);
        loop.eventLoop().register(channel).addListener(registered -> {
            if (registered.isSuccess()) {
                PortBinder.bind(channel, settings.bindAddress(), settings.ports(), failure -> opened(failure, bound));
            } else {
                closeInLoop();
                bound.completeExceptionally(new BindFailedException(
                        BindFailedException.Reason.OTHER, settings.ports(), registered.cause()));
            }
        });
    }

    private void opened(@Nullable BindFailedException failure, CompletableFuture<UdpTransport> bound) {
        if (failure != null) {
            closeInLoop();
            bound.completeExceptionally(failure);
            return;
        }
        localAddress = channel.localAddress();
        if (!bound.complete(this)) {
            closeInLoop();
        }
    }

    private void closeInLoop() {
        if (closed) {
            return;
        }
        outbox.close();
        closed = true;
        if (retryTimer != null) {
            retryTimer.cancel();
            retryTimer = null;
        }
        channel.close().addListener(done -> loop.closed(this));
    }

    private void retryDue() {
        retryTimer = null;
        retryNanos = RetryQueue.NEVER;
        outbox.retryDue();
    }

    private void tell(TransportEvent event) {
        // As a task: the listener may send or close, which must not happen in the middle of a flush.
        try {
            loop.execute(() -> listener.onTransportEvent(event));
        } catch (RejectedExecutionException loopClosed) {
            LOG.debug("the loop closed before an event could be told");
        }
    }

    private final class OutboxHost implements Outbox.Host {
        @Override
        public void flushLater(int addedBytes) {
            if (closed) {
                return;
            }
            if (!flushPending) {
                flushPending = true;
                loop.flushLater(UdpTransport.this);
            }
            if (addedBytes > 0) {
                loop.added(addedBytes);
            }
        }

        @Override
        public void retryAt(long whenNanos) {
            if (closed || (retryTimer != null && whenNanos - retryNanos >= 0)) {
                return;
            }
            if (retryTimer != null) {
                retryTimer.cancel();
            }
            retryNanos = whenNanos;
            retryTimer = loop.schedule(UdpTransport.this::retryDue, whenNanos - nanoClock.getAsLong());
        }

        @Override
        public void lost(SendFailure failure, int datagrams) {
            // Strangers can bring this about, through hundreds of an exit's sockets: the log hears of all together.
            long nowNanos = nanoClock.getAsLong();
            long logged = loop.logNews().sending(failure).admit(datagrams, nowNanos);
            if (logged > 0) {
                LOG.warn("{} datagrams could not be sent: {}", logged, failure);
            }
            long told = news.sending(failure).admit(datagrams, nowNanos);
            if (told > 0) {
                tell(new TransportEvent.SendFailing(failure, told));
            }
        }
    }
}
