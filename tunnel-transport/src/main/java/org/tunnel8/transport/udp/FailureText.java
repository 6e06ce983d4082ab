package org.tunnel8.transport.udp;

/** Describes an exception for the log without its message, which may hold an address ({@code D12}). Thread-safe. */
final class FailureText {
    private FailureText() {}

    /** Returns the exception's type and where it was thrown. */
    static String of(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String type = failure.getClass().getName();
        return trace.length == 0 ? type : type + " at " + trace[0];
    }
}
