package org.tunnel8.transport.udp;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** The thread of a loop; it can tell how much CPU time it took, also after its end. */
final class LoopThread extends FastThreadLocalThread {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private volatile long lastCpuNanos;

    LoopThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            super.run();
        } finally {
            cpuNanos();
        }
    }

    /** Returns the CPU time so far in nanoseconds, 0 where the JVM cannot tell. Any thread. */
    long cpuNanos() {
        if (THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled()) {
            long nanos = THREADS.getThreadCpuTime(getId());
            if (nanos > 0) {
                lastCpuNanos = nanos;
            }
        }
        return lastCpuNanos;
    }
}
