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

/**
 * Resolves host names with the system's resolver, off the engine's thread. Thread-safe.
 *
 * <p>Strangers can have names resolved through an exit: threads and waiting names are bounded, what is beyond fails at
 * once.
 */
final class NameResolver implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MAX_WAITING = 256;

    private final ThreadPoolExecutor threads;
    private final Executor loop;

    /**
     * Makes a resolver without threads; they start with the first name.
     *
     * @param loop runs what is told of results
     * @param threadName names its threads
     */
    NameResolver(Executor loop, String threadName) {
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
    void resolve(String host, Consumer<List<InetAddress>> result) {
        try {
            threads.execute(() -> {
                List<InetAddress> addresses = lookUp(host);
                loop.execute(() -> result.accept(addresses));
            });
        } catch (RejectedExecutionException e) {
            loop.execute(() -> result.accept(List.of()));
        }
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
