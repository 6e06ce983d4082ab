package org.tunnel8.stream;

/** What a listener is to be told at the end of a batch. Engine thread only. */
final class News {
    private boolean isConnected;
    private boolean isReadable;
    private boolean isFinished;

    void connected() {
        isConnected = true;
    }

    void readable(boolean is) {
        isReadable |= is;
    }

    void finished() {
        isFinished = true;
    }

    /** Tells it, in order, as long as the listener does not end the stream. */
    void tell(StreamMachine machine, UtpListener listener) {
        if (isConnected) {
            isConnected = false;
            listener.onConnected(machine.stream());
        }
        if (isReadable && !machine.isOver()) {
            isReadable = false;
            listener.onReadable(machine.stream());
        }
        if (isFinished && !machine.isOver()) {
            isFinished = false;
            listener.onRemoteFinished(machine.stream());
        }
    }
}
