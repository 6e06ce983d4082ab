package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.LimitedLog;

/**
 * Resolves host names with the system's resolver, off the engine's thread. Thread-safe.
 *
 * <p>Strangers can have names resolved through an exit: threads and waiting names are bounded, what is beyond fails at
 * once.
 */
public final class NameResolver implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MAX_WAITING = 256;
    private static final long END_WAIT_MILLIS = 1_000;
    private static final Logger log = LoggerFactory.getLogger(NameResolver.class);
    private static final LimitedLog limited = new LimitedLog(NameResolver.class, System::nanoTime);

    private final ThreadPoolExecutor threads;
    private final Executor loop;

    /**
     * Makes a resolver without threads; they start with the first name.
     *
     * @param loop runs what is told of results
     * @param threadName names its threads
     */
    public NameResolver(Executor loop, String threadName) {
        this.loop = loop;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Looks a name up.
     *
     * @param host the name
     * @param result told the addresses on the loop; an empty list if there are none or the resolver is overloaded
     */
    public void resolve(String host, Consumer<List<InetAddress>> result) {
        try {
            threads.execute(() -> tell(result, lookUp(host)));
        } catch (RejectedExecutionException e) {
            tell(result, List.of());
        }
    }

    private void tell(Consumer<List<InetAddress>> result, List<InetAddress> addresses) {
        try {
            loop.execute(() -> result.accept(addresses));
        } catch (RejectedExecutionException e) {
            log.debug("a name was resolved after closing");
        }
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            return List.of();
        } catch (RuntimeException e) {
            // Whoever waits for the name must hear something, whatever a stranger has put into it.
            limited.debug("the system's resolver has failed", e);
            return List.of();
        }
    }

    /** Looks up no more names; of those under way nothing is told. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Waits for the threads to end after {@link #close()}; not long, since the system's resolver cannot be stopped. */
    public void awaitEnd() {
        try {
            if (!threads.awaitTermination(END_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                log.debug("the system's resolver still looks for a name");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
