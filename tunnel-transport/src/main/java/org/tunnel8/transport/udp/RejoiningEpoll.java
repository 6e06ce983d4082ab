package org.tunnel8.transport.udp;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll, for channels that wait for nothing for a while and then for something again.
 *
 * <p>Netty 4.2.17 takes a channel without interests out of epoll, but afterwards still believes it in there: the next
 * interest fails (ENOENT), and the channel with it. That meets each TCP connection whose other side has ended its half
 * and then reads more slowly than it is written to. Here such a channel's registration ends, and it gets a new one with
 * its next interest. Loop thread only, but for {@link #wakeup}.
 */
final class RejoiningEpoll implements IoHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RejoiningEpoll.class);

    private final IoHandler epoll;
    private final Set<Registration> apart = new LinkedHashSet<>();

    private RejoiningEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new RejoiningEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(handle, epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        List.copyOf(apart).forEach(Registration::closeHandle);
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    private final class Registration implements IoRegistration {
        private final IoHandle handle;
        private IoRegistration current;
        private boolean isCancelled;

        Registration(IoHandle handle, IoRegistration first) {
            this.handle = handle;
            this.current = first;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature.
        public <T> T attachment() {
            return current.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (isCancelled) {
                return -1;
            }
            if (ops.equals(EpollIoOps.NONE)) {
                if (apart.add(this)) {
                    current.cancel();
                }
                return 0;
            }
            if (apart.remove(this)) {
                current = registerAgain();
            }
            return current.submit(ops);
        }

        private IoRegistration registerAgain() {
            try {
                return epoll.register(handle);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean isValid() {
            return !isCancelled && (apart.contains(this) || current.isValid());
        }

        @Override
        public boolean cancel() {
            if (isCancelled) {
                return false;
            }
            isCancelled = true;
            return apart.remove(this) || current.cancel();
        }

        void closeHandle() {
            cancel();
            try {
                handle.close();
            } catch (Exception e) {
                LOG.debug("a channel did not close: {}", e.getClass().getName());
            }
        }
    }
}
