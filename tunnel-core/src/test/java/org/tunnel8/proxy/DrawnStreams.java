package org.tunnel8.proxy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/**
 * Streams without a network whose other sides do what chance says, as far as {@link StreamTunnel} lets them. What they bring
 * is {@link #pattern}, so that whoever reads it can tell whether it is whole.
 */
final class DrawnStreams implements StreamTunnel {
    /** A stream is answered, or it is said that it is not, within the time for a circuit and that for connecting. */
    static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(40);

    /** What has come and is not read, at most: uTP's window. */
    private static final int MOST_WAITING_BYTES = 1 << 20;

    private static final StreamEnd[] UNOPENED = {
        StreamEnd.RESET,
        StreamEnd.UNANSWERED,
        StreamEnd.TIMED_OUT,
        StreamEnd.NO_CIRCUIT,
        StreamEnd.MOVED,
        StreamEnd.TOO_MANY,
        StreamEnd.TUNNEL_CLOSED
    };

    private static final StreamEnd[] OPENED = {
        StreamEnd.RESET, StreamEnd.TIMED_OUT, StreamEnd.MOVED, StreamEnd.TUNNEL_CLOSED
    };

    private final RandomGenerator random;
    private final LongSupplier clock;
    private final Consumer<DrawnStream> begun;
    private final List<DrawnStream> live = new ArrayList<>();
    private @Nullable Acceptor acceptor;

    DrawnStreams(RandomGenerator random, LongSupplier clock, Consumer<DrawnStream> begun) {
        this.random = random;
        this.clock = clock;
        this.begun = begun;
    }

    /** The byte that stands at a place of what a stream carries. */
    static byte pattern(long at) {
        return (byte) (at * 31 + at / 251);
    }

    static byte[] pattern(long from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = pattern(from + i);
        }
        return bytes;
    }

    @Override
    public Stream connect(Address target, @Nullable String isolationKey, StreamListener listener) {
        DrawnStream stream = new DrawnStream(target);
        stream.listener = listener;
        begun.accept(stream);
        if (random.nextInt(12) == 0) {
            listener.onEnded(UNOPENED[random.nextInt(UNOPENED.length)]);
            stream.isOver = true;
        } else {
            live.add(stream);
        }
        return stream;
    }

    @Override
    public void accept(@Nullable Acceptor decider) {
        acceptor = decider;
    }

    boolean isAccepting() {
        return acceptor != null;
    }

    /** A peer begins a stream. */
    void offer() {
        Acceptor decider = acceptor;
        if (decider == null) {
            return;
        }
        DrawnStream stream = new DrawnStream(Address.parse("198.51.100.7", 6_881));
        begun.accept(stream);
        StreamListener hears = decider.onIncoming(stream);
        if (hears != null) {
            stream.listener = hears;
            live.add(stream);
        }
    }

    /** Streams that have not ended. */
    int size() {
        live.removeIf(stream -> stream.isOver);
        return live.size();
    }

    /** Something happens to one of them; false if there is none. */
    boolean act() {
        if (size() == 0) {
            return false;
        }
        live.get(random.nextInt(live.size())).act();
        return true;
    }

    /** Ends those that should have been answered by now. */
    void giveUpOld() {
        for (DrawnStream stream : List.copyOf(live)) {
            if (!stream.isOver && !stream.isOpened && clock.getAsLong() - stream.begunNanos >= ANSWER_NANOS) {
                stream.end(StreamEnd.UNANSWERED);
            }
        }
        size();
    }

    /** Ends all. */
    void endAll() {
        for (DrawnStream stream : List.copyOf(live)) {
            stream.end(StreamEnd.RESET);
        }
        size();
    }

    /** A stream as its user holds it: it is there before anything carries it. */
    final class DrawnStream implements Stream {
        private final Address target;
        private final long begunNanos = clock.getAsLong();
        private StreamListener listener;
        private boolean isCarried = random.nextBoolean();
        private int room = random.nextInt(4) == 0 ? 0 : random.nextInt(100_000);
        private long waitingBytes;
        private long readBytes;
        private long takenBytes;
        private boolean isPattern;
        private boolean wantsToWrite;
        private boolean remoteFinished;
        private boolean isFinished;
        private boolean isOpened;
        private boolean isOver;

        DrawnStream(Address target) {
            this.target = target;
        }

        Address target() {
            return target;
        }

        /** What is written to it must be {@link #pattern}. */
        void expectPattern() {
            isPattern = true;
        }

        boolean isOpened() {
            return isOpened;
        }

        boolean isOver() {
            return isOver;
        }

        long takenBytes() {
            return takenBytes;
        }

        @Override
        public int write(byte[] buffer, int offset, int length) {
            if (isOver || isFinished) {
                return -1;
            }
            int taken = isCarried ? Math.min(room, length) : 0;
            if (isPattern && !Arrays.equals(buffer, offset, offset + taken, pattern(takenBytes, taken), 0, taken)) {
                throw new AssertionError("a stream was given other bytes than its client sent");
            }
            room -= taken;
            takenBytes += taken;
            wantsToWrite = taken < length;
            if (wantsToWrite && isCarried && random.nextInt(20) == 0) {
                // The line has had room again meanwhile.
                room += random.nextInt(40_000);
                wantsToWrite = false;
                listener.onWritable();
            }
            return taken;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (isOver) {
                return -1;
            }
            int given = (int) Math.min(waitingBytes, length);
            if (given == 0) {
                return remoteFinished ? -1 : 0;
            }
            System.arraycopy(pattern(readBytes, given), 0, buffer, offset, given);
            waitingBytes -= given;
            readBytes += given;
            return given;
        }

        @Override
        public void shutdownOutput() {
            if (!isOver) {
                isFinished = true;
            }
        }

        @Override
        public void reset() {
            isOver = true;
        }

        // What the other side does

        private void act() {
            if (!isOpened) {
                actBeforeItIsOpen();
                return;
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 -> bring(1 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 2_000));
                case 5, 6, 7, 8 -> makeRoom(random.nextInt(random.nextInt(4) == 0 ? 200_000 : 3_000));
                case 9 -> {
                    remoteFinished = true;
                    listener.onReadable();
                }
                case 10 -> {
                    if (remoteFinished && isFinished) {
                        end(StreamEnd.CLOSED);
                    }
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        bringUnread(random.nextInt(100_000));
                        end(OPENED[random.nextInt(OPENED.length)]);
                    }
                }
            }
        }

        private void actBeforeItIsOpen() {
            switch (random.nextInt(6)) {
                case 0 -> end(UNOPENED[random.nextInt(UNOPENED.length)]);
                case 1 -> makeRoom(random.nextInt(10_000));
                default -> {
                    isCarried = true;
                    isOpened = true;
                    listener.onOpened();
                    makeRoom(room);
                }
            }
        }

        private void bringUnread(int bytes) {
            if (!remoteFinished) {
                waitingBytes = Math.min(MOST_WAITING_BYTES, waitingBytes + bytes);
            }
        }

        private void bring(int bytes) {
            bringUnread(bytes);
            listener.onReadable();
        }

        private void makeRoom(int bytes) {
            isCarried = true;
            room = bytes;
            if (wantsToWrite && !isOver) {
                wantsToWrite = false;
                listener.onWritable();
            }
        }

        private void end(StreamEnd why) {
            if (!isOver) {
                listener.onEnded(why);
                isOver = true;
            }
        }
    }
}
