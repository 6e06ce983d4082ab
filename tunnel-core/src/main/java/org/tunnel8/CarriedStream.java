package org.tunnel8;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.StreamTunnel;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;
import org.tunnel8.wire.Address;

/**
 * A stream as its user holds it: it is there before anything carries it, and stays when it has ended. Loop thread only.
 */
final class CarriedStream implements StreamTunnel.Stream {
    private final EngineDriver driver;
    private final Address target;
    private @Nullable StreamListener listener;
    private StreamTunnel.@Nullable Stream carrier;
    private @Nullable Runnable stopWaiting;
    private boolean wantsToWrite;
    private boolean finishes;
    private boolean isOver;

    CarriedStream(EngineDriver driver, Address target, @Nullable StreamListener listener) {
        this.driver = driver;
        this.target = target;
        this.listener = listener;
    }

    Address target() {
        return target;
    }

    /** Who hears of it; for a stream that somebody else has begun. */
    void heardBy(StreamListener hears) {
        listener = hears;
    }

    /** It waits for a circuit. */
    void waits(Runnable stop) {
        stopWaiting = stop;
    }

    void waitsNoMore() {
        Runnable stop = stopWaiting;
        stopWaiting = null;
        if (stop != null) {
            stop.run();
        }
    }

    void carriedBy(StreamTunnel.Stream begun) {
        if (carrier != null) {
            return;
        }
        carrier = begun;
        if (isOver) {
            // Its user broke it off before there was anything to break off.
            begun.reset();
            return;
        }
        if (wantsToWrite) {
            writable();
        }
        if (finishes) {
            begun.shutdownOutput();
        }
    }

    void opened() {
        if (!isOver) {
            hears().onOpened();
        }
    }

    void readable() {
        if (!isOver) {
            hears().onReadable();
        }
    }

    void writable() {
        wantsToWrite = false;
        if (!isOver) {
            hears().onWritable();
        }
    }

    /** It has ended, which is told. */
    void fail(StreamEnd why) {
        if (!isOver) {
            hears().onEnded(why);
            isOver = true;
        }
    }

    /** It has ended by its user's doing. */
    void over() {
        isOver = true;
    }

    private StreamListener hears() {
        return Objects.requireNonNull(listener, "somebody hears of each stream");
    }

    @Override
    public int write(byte[] buffer, int offset, int length) {
        StreamTunnel.Stream to = carrier;
        if (isOver || finishes) {
            return -1;
        }
        if (to == null) {
            wantsToWrite = true;
            return 0;
        }
        driver.engine();
        int taken = to.write(buffer, offset, length);
        driver.rearm();
        return taken;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        StreamTunnel.Stream from = carrier;
        if (isOver) {
            return -1;
        }
        if (from == null) {
            return 0;
        }
        int read = from.read(buffer, offset, length);
        driver.rearm();
        return read;
    }

    @Override
    public void shutdownOutput() {
        if (isOver || finishes) {
            return;
        }
        finishes = true;
        if (carrier != null) {
            driver.engine();
            carrier.shutdownOutput();
            driver.rearm();
        }
    }

    @Override
    public void reset() {
        if (isOver) {
            return;
        }
        isOver = true;
        waitsNoMore();
        if (carrier != null) {
            driver.engine();
            carrier.reset();
            driver.rearm();
        }
    }
}
