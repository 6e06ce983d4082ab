package org.tunnel8.transport;

/** Takes back a task that was scheduled. Thread-safe. */
@FunctionalInterface
public interface Cancellable {
    /** Keeps the task from running if it has not begun; does nothing otherwise. */
    void cancel();
}
