package org.tunnel8.leaks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads a capture file, as tcpdump writes it, while it grows: each call gives what came since. For one thread. */
final class PcapReader {
    private static final int MAGIC_MICROS = 0xa1b2c3d4;
    private static final int ETHERNET = 1;
    private static final int FILE_HEAD_BYTES = 24;
    private static final int RECORD_HEAD_BYTES = 16;
    private static final int LINK_TYPE_OFFSET = 20;
    /** More than any snap length of ours: a record that claims more is none. */
    private static final int MAX_RECORD_BYTES = 1 << 18;

    private final Path file;
    private long position;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    PcapReader(Path file) {
        this.file = file;
    }

    /** The frames written since the last call, as far as they are whole. */
    List<Frame> read() throws IOException {
        ByteBuffer in = news();
        List<Frame> frames = new ArrayList<>();
        if (position == 0) {
            if (in.remaining() < FILE_HEAD_BYTES) {
                return frames;
            }
            readHead(in);
        }
        while (in.remaining() >= RECORD_HEAD_BYTES) {
            int begin = in.position();
            long seconds = in.getInt() & 0xffffffffL;
            long micros = in.getInt();
            int length = in.getInt();
            in.getInt();
            if (length < 0 || length > MAX_RECORD_BYTES) {
                throw new IOException("a capture's record of " + length + " bytes");
            }
            if (in.remaining() < length) {
                in.position(begin);
                break;
            }
            byte[] bytes = new byte[length];
            in.get(bytes);
            frames.add(FrameParser.parse(Instant.ofEpochSecond(seconds, 1_000 * micros), bytes));
        }
        position += in.position();
        return frames;
    }

    private ByteBuffer news() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer in = ByteBuffer.allocate(Math.toIntExact(channel.size() - position));
            channel.position(position);
            while (in.hasRemaining() && channel.read(in) >= 0) {
                continue;
            }
            return in.flip().order(order);
        }
    }

    private void readHead(ByteBuffer in) throws IOException {
        if (in.getInt(0) == Integer.reverseBytes(MAGIC_MICROS)) {
            order = ByteOrder.BIG_ENDIAN;
            in.order(order);
        }
        if (in.getInt(0) != MAGIC_MICROS || in.getInt(LINK_TYPE_OFFSET) != ETHERNET) {
            throw new IOException("not a capture of Ethernet frames with times in microseconds");
        }
        in.position(FILE_HEAD_BYTES);
    }
}
