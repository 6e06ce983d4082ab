package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;

/** Streams without a network: a test plays their other sides. */
final class PlayedStreams implements StreamTunnel {
    private final TransportLoop loop;
    private final BlockingQueue<PlayedStream> begun = new LinkedBlockingQueue<>();
    private final List<PlayedStream> all = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile @Nullable Acceptor acceptor;
    private volatile @Nullable StreamEnd refusal;
    private volatile int firstRoom = Integer.MAX_VALUE;

    PlayedStreams(TransportLoop loop) {
        this.loop = loop;
    }

    @Override
    public Stream connect(Address target, @Nullable String isolationKey, StreamListener listener) {
        assertThat(loop.inLoop()).isTrue();
        PlayedStream stream = new PlayedStream(target, isolationKey, listener);
        all.add(stream);
        StreamEnd why = refusal;
        if (why != null) {
            stream.over = true;
            listener.onEnded(why);
        }
        begun.add(stream);
        return stream;
    }

    @Override
    public void accept(@Nullable Acceptor decider) {
        assertThat(loop.inLoop()).isTrue();
        acceptor = decider;
    }

    boolean isAccepting() {
        return acceptor != null;
    }

    /** A peer begins a stream, which is {@link #next} if it is taken. */
    void offer() {
        loop.execute(() -> {
            PlayedStream stream = new PlayedStream(Address.parse("198.51.100.7", 6881), null, null);
            Acceptor decider = acceptor;
            StreamListener hears = decider == null ? null : decider.onIncoming(stream);
            if (hears != null) {
                stream.listener = hears;
                begun.add(stream);
            } else {
                refused.incrementAndGet();
            }
        });
    }

    /** How many streams of peers were refused. */
    int refused() {
        return refused.get();
    }

    /** Ends whatever begins from now on before {@link #connect} returns. */
    void refuseAll(StreamEnd why) {
        refusal = why;
    }

    /** How much streams take that begin from now on. */
    void firstRoom(int bytes) {
        firstRoom = bytes;
    }

    List<PlayedStream> all() {
        return all;
    }

    PlayedStream next() throws InterruptedException {
        PlayedStream next = begun.poll(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(next).as("a stream that has begun").isNotNull();
        return next;
    }

    /** A stream; what a test has it do, it does on the loop's thread. */
    final class PlayedStream implements Stream {
        private final Address target;
        private final @Nullable String isolationKey;
        private StreamListener listener;
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final Queue<byte[]> coming = new ArrayDeque<>();
        private int comingOffset;
        private int room = firstRoom;
        private boolean wantsToWrite;
        private boolean remoteFinished;
        private boolean over;
        private volatile int givenBytes;
        private volatile boolean finished;
        private volatile boolean reset;

        PlayedStream(Address target, @Nullable String isolationKey, StreamListener listener) {
            this.target = target;
            this.isolationKey = isolationKey;
            this.listener = listener;
        }

        @Override
        public int write(byte[] buffer, int offset, int length) {
            assertThat(loop.inLoop()).isTrue();
            if (over) {
                return -1;
            }
            assertThat(finished).as("written after the end").isFalse();
            int now = Math.min(room, length);
            room -= now;
            wantsToWrite = now < length;
            synchronized (taken) {
                taken.write(buffer, offset, now);
            }
            return now;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            assertThat(loop.inLoop()).isTrue();
            if (over) {
                return -1;
            }
            byte[] first = coming.peek();
            if (first == null) {
                return remoteFinished ? -1 : 0;
            }
            int now = Math.min(length, first.length - comingOffset);
            System.arraycopy(first, comingOffset, buffer, offset, now);
            comingOffset += now;
            if (comingOffset == first.length) {
                coming.remove();
                comingOffset = 0;
            }
            givenBytes += now;
            return now;
        }

        @Override
        public void shutdownOutput() {
            assertThat(loop.inLoop()).isTrue();
            assertThat(finished).as("told twice").isFalse();
            finished = true;
        }

        @Override
        public void reset() {
            assertThat(loop.inLoop()).isTrue();
            over = true;
            reset = true;
        }

        Address target() {
            return target;
        }

        @Nullable
        String isolationKey() {
            return isolationKey;
        }

        boolean isFinished() {
            return finished;
        }

        boolean isReset() {
            return reset;
        }

        /** How many bytes were read off it. */
        int givenBytes() {
            return givenBytes;
        }

        byte[] taken() {
            synchronized (taken) {
                return taken.toByteArray();
            }
        }

        int takenBytes() {
            synchronized (taken) {
                return taken.size();
            }
        }

        // What the other side does

        PlayedStream answer() {
            loop.execute(() -> listener.onOpened());
            return this;
        }

        PlayedStream bring(byte[] bytes) {
            loop.execute(() -> {
                coming.add(bytes);
                listener.onReadable();
            });
            return this;
        }

        PlayedStream finish() {
            loop.execute(() -> {
                remoteFinished = true;
                listener.onReadable();
            });
            return this;
        }

        /** Brings the last bytes and ends before they could be read otherwise. */
        PlayedStream bringAndEnd(byte[] bytes, StreamEnd why) {
            loop.execute(() -> {
                coming.add(bytes);
                listener.onEnded(why);
                over = true;
            });
            return this;
        }

        PlayedStream end(StreamEnd why) {
            loop.execute(() -> {
                listener.onEnded(why);
                over = true;
            });
            return this;
        }

        PlayedStream makeRoom(int bytes) {
            loop.execute(() -> {
                room = bytes;
                if (wantsToWrite) {
                    wantsToWrite = false;
                    listener.onWritable();
                }
            });
            return this;
        }
    }
}
