package org.tunnel8.driver;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.walk.RememberedPeer;
import org.tunnel8.wire.CommunityId;

/**
 * Keeps an engine's memory of peers in a file: reads it before the start, writes it now and then and at a clean end. A
 * file that cannot be used is told and is no reason to stop. Loop thread only, where nothing else is said; files are
 * written on a thread of its own, since a disk may take its time.
 */
final class MemoryKeeper {
    /** The first time early, so that a short run that ends badly is not lost ... */
    private static final long FIRST_WRITE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** ... and then as often as the peer table is refreshed (FR-008). */
    private static final long WRITE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final Logger log = LoggerFactory.getLogger(MemoryKeeper.class);

    private final MemorySettings settings;
    private final CommunityId community;
    private final TransportLoop loop;
    private final CallbackThread writer;
    private final long firstWriteNanos;
    private final long writeNanos;
    private final AtomicBoolean failing = new AtomicBoolean();
    private @Nullable Cancellable next;

    MemoryKeeper(MemorySettings settings, CommunityId community, TransportLoop loop, String threadName) {
        this(settings, community, loop, threadName, FIRST_WRITE_NANOS, WRITE_NANOS);
    }

    /** With other times than usual between writes. */
    MemoryKeeper(
            MemorySettings settings,
            CommunityId community,
            TransportLoop loop,
            String threadName,
            long firstWriteNanos,
            long writeNanos) {
        this.settings = settings;
        this.community = community;
        this.loop = loop;
        this.writer = new CallbackThread(threadName);
        this.firstWriteNanos = firstWriteNanos;
        this.writeNanos = writeNanos;
    }

    /** What is remembered of earlier runs; nothing if the file cannot be used. */
    List<RememberedPeer> read() {
        try {
            MemoryFile.Content content = MemoryFile.read(settings.file(), community, settings.maxAge(), nowSeconds());
            if (content.damagedLines() > 0) {
                trouble("lines that are damaged and left out: " + content.damagedLines());
            }
            if (content.tooLong()) {
                trouble("longer than " + MemoryFile.MAX_BYTES + " bytes; the rest is left out");
            }
            return content.peers();
        } catch (IOException | SecurityException e) {
            log.debug("the file of remembered peers cannot be read", LogDetail.of(e));
            trouble("cannot be read (" + e.getClass().getSimpleName() + ")");
            return List.of();
        }
    }

    /** Writes now and then from now on. */
    void start(Supplier<List<RememberedPeer>> memory) {
        writeLater(memory, firstWriteNanos);
    }

    private void writeLater(Supplier<List<RememberedPeer>> memory, long delayNanos) {
        next = loop.schedule(
                () -> {
                    writeLater(memory, writeNanos);
                    write(memory.get());
                },
                delayNanos);
    }

    /** Writes for the last time. */
    void stop(List<RememberedPeer> memory) {
        if (next != null) {
            next.cancel();
        }
        write(memory);
    }

    private void write(List<RememberedPeer> memory) {
        if (memory.isEmpty()) {
            // Nothing was learnt; what the file holds may still be of use when it can be read again.
            return;
        }
        writer.execute(() -> {
            try {
                List<RememberedPeer> young = memory.stream()
                        .filter(peer -> peer.ageSeconds() <= settings.maxAge().toSeconds())
                        .toList();
                MemoryFile.write(settings.file(), community, young, nowSeconds());
                failing.set(false);
            } catch (IOException | SecurityException e) {
                log.debug("the file of remembered peers cannot be written", LogDetail.of(e));
                if (!failing.getAndSet(true)) {
                    trouble("cannot be written (" + e.getClass().getSimpleName() + ")");
                }
            }
        });
    }

    /** Waits a moment for the last write. Not for the loop's thread. */
    void awaitEnd() {
        writer.close();
    }

    private void trouble(String what) {
        log.warn("the file of remembered peers: {}", what);
        settings.onTrouble().accept("the file of remembered peers: " + what);
    }

    private static long nowSeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    }
}
