package org.tunnel8.stream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When each stream of an endpoint is to look at the time again: a heap in which a time can be changed, since most are put off
 * with each packet. Engine thread only.
 */
final class StreamTimers {
    private static final int FIRST_PLACES = 16;

    private @Nullable StreamMachine[] heap = new StreamMachine[FIRST_PLACES];
    private int size;

    /** Sets the time of a stream; {@link Long#MAX_VALUE} for none. */
    void set(StreamMachine stream, long whenNanos) {
        if (stream.timerNanos == whenNanos) {
            return;
        }
        long before = stream.timerNanos;
        stream.timerNanos = whenNanos;
        if (whenNanos == Long.MAX_VALUE) {
            remove(stream);
        } else if (stream.timerPlace < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, 2 * size);
            }
            rise(stream, size++);
        } else if (whenNanos < before) {
            rise(stream, stream.timerPlace);
        } else {
            sink(stream, stream.timerPlace);
        }
    }

    /** The soonest time; {@link Long#MAX_VALUE} if there is none. */
    long firstNanos() {
        return size == 0 ? Long.MAX_VALUE : at(0).timerNanos;
    }

    /** The stream whose time is the soonest; only if there is any. */
    StreamMachine first() {
        return at(0);
    }

    private void remove(StreamMachine stream) {
        int place = stream.timerPlace;
        stream.timerPlace = -1;
        StreamMachine last = at(--size);
        heap[size] = null;
        if (last != stream) {
            rise(last, place);
            sink(last, last.timerPlace);
        }
    }

    private void rise(StreamMachine stream, int from) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (at(parent).timerNanos <= stream.timerNanos) {
                break;
            }
            put(at(parent), place);
            place = parent;
        }
        put(stream, place);
    }

    private void sink(StreamMachine stream, int from) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && at(child + 1).timerNanos < at(child).timerNanos) {
                child++;
            }
            if (stream.timerNanos <= at(child).timerNanos) {
                break;
            }
            put(at(child), place);
            place = child;
        }
        put(stream, place);
    }

    private void put(StreamMachine stream, int place) {
        heap[place] = stream;
        stream.timerPlace = place;
    }

    @SuppressWarnings("NullAway") // asked for places below the size only
    private StreamMachine at(int place) {
        return heap[place];
    }
}
