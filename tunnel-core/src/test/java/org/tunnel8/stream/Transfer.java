package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One side of a stream in a test: writes so many bytes, each known by its place, then finishes; reads all that comes and
 * checks each byte.
 */
class Transfer implements UtpListener {
    final List<String> told = new ArrayList<>();
    final int salt;
    final int peerSalt;
    long toWrite;
    long written;
    long read;
    boolean finishes = true;
    boolean reads = true;

    @Nullable
    UtpEnd end;

    @Nullable
    UtpStream stream;

    private final byte[] buffer = new byte[16_384];

    Transfer(int salt, int peerSalt, long toWrite) {
        this.salt = salt;
        this.peerSalt = peerSalt;
        this.toWrite = toWrite;
    }

    static byte byteAt(int salt, long place) {
        long mixed = (place + 1) * 0x9E3779B97F4A7C15L + salt * 0x2545F4914F6CDD1DL;
        return (byte) (mixed >>> 56 ^ mixed >>> 24);
    }

    void write(UtpStream to) {
        while (written < toWrite) {
            int length = (int) Math.min(buffer.length, toWrite - written);
            for (int i = 0; i < length; i++) {
                buffer[i] = byteAt(salt, written + i);
            }
            int taken = to.write(buffer, 0, length);
            if (taken < 0) {
                return;
            }
            written += taken;
            if (taken < length) {
                return;
            }
        }
        if (finishes) {
            to.shutdownOutput();
        }
    }

    void read(UtpStream from) {
        int length = from.read(buffer, 0, buffer.length);
        while (length > 0) {
            for (int i = 0; i < length; i++) {
                if (buffer[i] != byteAt(peerSalt, read + i)) {
                    assertThat(buffer[i]).as("byte %d", read + i).isEqualTo(byteAt(peerSalt, read + i));
                }
            }
            read += length;
            length = from.read(buffer, 0, buffer.length);
        }
    }

    @Override
    public void onConnected(UtpStream from) {
        stream = from;
        told.add("connected");
        write(from);
    }

    @Override
    public void onReadable(UtpStream from) {
        if (reads) {
            read(from);
        }
    }

    @Override
    public void onWritable(UtpStream to) {
        write(to);
    }

    @Override
    public void onRemoteFinished(UtpStream from) {
        told.add("finished");
    }

    @Override
    public void onEnded(UtpStream from, UtpEnd why) {
        assertThat(end).isNull();
        end = why;
        told.add(why.name());
    }
}
