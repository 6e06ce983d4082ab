package org.tunnel8.transport.udp;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.wire.Headroom;

/**
 * One thread that serves any number of UDP ports, tasks and timers.
 *
 * <p>In each turn it takes what arrived at the ports, runs the tasks that are due, and hands to the system what was sent meanwhile. The
 * thread is a daemon. Thread-safe.
 */
public final class TransportLoop implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransportLoop.class);

    /** Buffers of all ports that wait for the system, at most: an eighth of a 128 MiB heap's direct memory. */
    private static final long SEND_BUDGET_BYTES = 16L * 1_024 * 1_024;

    /** What all ports sent goes to the system before the turn ends once it is this much: no burst alone takes half the budget. */
    private static final long EARLY_FLUSH_BYTES = SEND_BUDGET_BYTES / Outbox.EARLY_FLUSH_DIVISOR;

    /** Buffers of all ports that wait for a retry, at most. */
    private static final long RETRY_BUDGET_BYTES = 4L * 1_024 * 1_024;

    /** One direct arena of chunks of 8,192 << 8 = 2 MiB: only the loop's thread allocates, and a chunk holds two receive batches. */
    private static final int PAGE_BYTES = 8_192;

    private static final int CHUNK_ORDER = 8;

    private static final long SHUTDOWN_SECONDS = 5;

    private final EventLoopGroup group;
    private final EventLoop eventLoop;
    private final LoopThread thread;
    private final boolean isNative;
    private final PooledByteBufAllocator allocator =
            new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, CHUNK_ORDER, 256, 64, true, 0);
    private final byte[] scratch =
            new byte[Headroom.FRONT_BYTES + DatagramPort.MAX_RECEIVED_BYTES + Headroom.BACK_BYTES];
    private final MemoryBudget sendBudget = new MemoryBudget(SEND_BUDGET_BYTES, null);
    private final MemoryBudget retryBudget = new MemoryBudget(RETRY_BUDGET_BYTES, null);
    private final TroubleNews logNews = new TroubleNews();
    private final Set<UdpTransport> ports = new LinkedHashSet<>();
    private final Runnable flushTask = this::flushScheduled;
    private List<UdpTransport> dirty = new ArrayList<>();
    private List<UdpTransport> flushing = new ArrayList<>();
    private boolean flushScheduled;
    private long unflushedBytes;

    /** Which of the system's interfaces a loop waits on. */
    public enum Io {
        /** Native epoll where it is available, NIO elsewhere. */
        BEST_AVAILABLE,
        /** NIO everywhere. */
        NIO
    }

    private TransportLoop(String threadName, Io io) {
        isNative = io == Io.BEST_AVAILABLE && Epoll.isAvailable();
        ThreadFactory threads = work -> new LoopThread(work, threadName);
        group = new MultiThreadIoEventLoopGroup(
                1, threads, isNative ? RejoiningEpoll.newFactory() : NioIoHandler.newFactory());
        eventLoop = group.next();
        // The first task starts the thread.
        thread = eventLoop
                .submit(() -> (LoopThread) Thread.currentThread())
                .syncUninterruptibly()
                .getNow();
    }

    /**
     * Starts a loop on the best interface that the system has.
     *
     * <p>Netty's native library is found on the class path; on the module path its module must take part as well, by {@code
     * --add-modules io.netty.transport.epoll.linux.x86_64}, or NIO is used. The log says which it is.
     *
     * @param threadName names its thread
     * @return the running loop
     */
    public static TransportLoop open(String threadName) {
        return open(threadName, Io.BEST_AVAILABLE);
    }

    /**
     * Starts a loop.
     *
     * @param threadName names its thread
     * @param io which interface to wait on
     * @return the running loop
     */
    public static TransportLoop open(String threadName, Io io) {
        TransportLoop loop = new TransportLoop(threadName, io);
        LOG.info("{} waits on {}", threadName, loop.isNative ? "native epoll" : "NIO");
        return loop;
    }

    /**
     * Tells whether the caller runs on the loop's thread.
     *
     * @return whether it does
     */
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /**
     * Runs a task on the loop's thread, after those that were handed over before.
     *
     * @param task what to run; what it throws is logged
     * @throws RejectedExecutionException if the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        eventLoop.execute(() -> runLogged(task));
    }

    /**
     * Runs a task on the loop's thread later.
     *
     * @param task what to run; what it throws is logged
     * @param delayNanos how long to wait, in nanoseconds; at once if not positive
     * @return takes the task back
     * @throws RejectedExecutionException if the loop is closed
     */
    public Cancellable schedule(Runnable task, long delayNanos) {
        Future<?> scheduled = eventLoop.schedule(() -> runLogged(task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /**
     * Tells whether the loop uses native epoll, with batched receives and segmented sends.
     *
     * @return whether it does; if not, it uses NIO
     */
    public boolean isNative() {
        return isNative;
    }

    /**
     * Returns the CPU time that the loop's thread took.
     *
     * @return nanoseconds, 0 where the JVM cannot tell; after the end, what it took in all
     */
    public long cpuNanos() {
        return thread.cpuNanos();
    }

    /**
     * Returns Netty's view of this loop, for what shares its thread: only the SOCKS5 server ({@code proxy}), an exit's connections
     * ({@code http}) and connections under a user's consent ({@code direct}) have business with it.
     *
     * @return the event loop, to register channels of {@link #serverChannelType()} and {@link #streamChannelType()} with
     */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    /**
     * Returns the type of TCP server channel that {@link #eventLoop()} takes.
     *
     * @return the type, for a server bootstrap
     */
    public Class<? extends ServerSocketChannel> serverChannelType() {
        return isNative ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * Returns the type of TCP client channel that {@link #eventLoop()} takes.
     *
     * @return the type, for a bootstrap
     */
    public Class<? extends SocketChannel> streamChannelType() {
        return isNative ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /**
     * Closes all ports, sending first what was handed over, and ends the thread.
     *
     * <p>Waits for the end, at most some seconds, unless it is called on the loop's own thread or interrupted. Closing twice does nothing.
     */
    @Override
    public void close() {
        try {
            execute(this::shutDown);
        } catch (RejectedExecutionException closedBefore) {
            LOG.debug("{} was closed before", thread.getName());
        }
        if (inLoop()) {
            return;
        }
        try {
            // The group counts as ended a moment before its thread does.
            thread.join(TimeUnit.SECONDS.toMillis(SHUTDOWN_SECONDS + 1));
            if (thread.isAlive()) {
                LOG.warn("{} did not end within {} s", thread.getName(), SHUTDOWN_SECONDS + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Buffers of this loop's ports come from here; loop thread only. */
    PooledByteBufAllocator allocator() {
        return allocator;
    }

    /** One datagram is copied here at a time, with headroom; loop thread only. */
    byte[] scratch() {
        return scratch;
    }

    /** What the log was told of, for all ports. */
    TroubleNews logNews() {
        return logNews;
    }

    MemoryBudget sendBudget() {
        return sendBudget;
    }

    MemoryBudget retryBudget() {
        return retryBudget;
    }

    void opened(UdpTransport port) {
        ports.add(port);
    }

    void closed(UdpTransport port) {
        ports.remove(port);
    }

    /** Flushes the port when this turn's tasks have run; loop thread only, once per port and flush. */
    void flushLater(UdpTransport port) {
        if (!flushScheduled) {
            flushScheduled = true;
            eventLoop.execute(flushTask);
        }
        dirty.add(port);
    }

    /** Learns that a port added to what is flushed later; flushes all ports at once if much came together. */
    void added(int bytes) {
        unflushedBytes += bytes;
        if (unflushedBytes > EARLY_FLUSH_BYTES) {
            flushDirty();
        }
    }

    private void flushScheduled() {
        flushScheduled = false;
        flushDirty();
    }

    private void flushDirty() {
        unflushedBytes = 0;
        // A flush may make ports dirty again: those are for the next one.
        List<UdpTransport> now = dirty;
        dirty = flushing;
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
        now.clear();
    }

    private void shutDown() {
        // In this order: a loop that shuts down closes its channels before it runs its tasks, and what was sent would
        // be lost.
        for (UdpTransport port : List.copyOf(ports)) {
            port.close();
        }
        Future<?> unused = group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a task of the loop failed: {}", FailureText.of(e));
            LOG.debug("a task of the loop failed", LogDetail.of(e));
        }
    }
}
