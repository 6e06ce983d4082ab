package org.tunnel8.stream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/**
 * The streams of an endpoint by the identifier that their packets bear; a look-up allocates nothing. Engine thread only.
 */
final class StreamTable {
    private static final int FIRST_BUCKETS = 16;

    private @Nullable StreamMachine[] buckets = new StreamMachine[FIRST_BUCKETS];
    private int size;
    private int incoming;

    int size() {
        return size;
    }

    int incoming() {
        return incoming;
    }

    /** The stream whose packets bear an identifier and come from an address. */
    @Nullable
    StreamMachine find(Address origin, int receiveId) {
        StreamMachine stream = buckets[receiveId & buckets.length - 1];
        while (stream != null && (stream.receiveId() != receiveId || !stream.isFrom(origin))) {
            stream = stream.nextInBucket;
        }
        return stream;
    }

    /** The stream that a RESET is about: some say the identifier that they got, and not that which they would send. */
    @Nullable
    StreamMachine findReset(Address origin, int id) {
        StreamMachine stream = find(origin, id);
        if (stream == null) {
            stream = withSendId(find(origin, id - 1 & 0xffff), id);
        }
        if (stream == null) {
            stream = withSendId(find(origin, id + 1 & 0xffff), id);
        }
        return stream;
    }

    private static @Nullable StreamMachine withSendId(@Nullable StreamMachine stream, int id) {
        return stream != null && stream.sendId() == id ? stream : null;
    }

    boolean hasId(int receiveId) {
        StreamMachine stream = buckets[receiveId & buckets.length - 1];
        while (stream != null && stream.receiveId() != receiveId) {
            stream = stream.nextInBucket;
        }
        return stream != null;
    }

    void add(StreamMachine stream) {
        if (size >= buckets.length) {
            grow();
        }
        size++;
        incoming += stream.isIncoming() ? 1 : 0;
        link(stream);
    }

    void remove(StreamMachine stream) {
        int bucket = stream.receiveId() & buckets.length - 1;
        StreamMachine at = buckets[bucket];
        StreamMachine before = null;
        while (at != null && at != stream) {
            before = at;
            at = at.nextInBucket;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            buckets[bucket] = stream.nextInBucket;
        } else {
            before.nextInBucket = stream.nextInBucket;
        }
        stream.nextInBucket = null;
        size--;
        incoming -= stream.isIncoming() ? 1 : 0;
    }

    List<StreamMachine> all() {
        List<StreamMachine> all = new ArrayList<>(size);
        for (StreamMachine first : buckets) {
            for (StreamMachine stream = first; stream != null; stream = stream.nextInBucket) {
                all.add(stream);
            }
        }
        return all;
    }

    private void grow() {
        List<StreamMachine> all = all();
        buckets = new StreamMachine[2 * buckets.length];
        all.forEach(this::link);
    }

    private void link(StreamMachine stream) {
        int bucket = stream.receiveId() & buckets.length - 1;
        stream.nextInBucket = buckets[bucket];
        buckets[bucket] = stream;
    }
}
