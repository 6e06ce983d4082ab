package org.tunnel8.transport.udp;

import io.netty.channel.unix.Errors.NativeIoException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Map;
import org.tunnel8.transport.BindFailedException;
import org.tunnel8.transport.SendFailure;

/**
 * Reads the system's errors out of exceptions.
 *
 * <p>The native transport tells error numbers. NIO tells only the C library's texts; those of glibc, macOS and Windows in English are
 * known here, others count as {@link SendFailure#OTHER_ERROR}. Thread-safe.
 */
final class SystemErrors {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    private static final Map<String, SendFailure> SEND_TEXTS = Map.ofEntries(
            Map.entry("no buffer space", SendFailure.NO_BUFFER_SPACE),
            Map.entry("cannot allocate memory", SendFailure.NO_MEMORY),
            Map.entry("resource temporarily unavailable", SendFailure.TRY_AGAIN),
            Map.entry("interrupted system call", SendFailure.INTERRUPTED),
            Map.entry("network is unreachable", SendFailure.NETWORK_UNREACHABLE),
            Map.entry("unreachable network", SendFailure.NETWORK_UNREACHABLE),
            Map.entry("network is down", SendFailure.NETWORK_DOWN),
            Map.entry("no route to host", SendFailure.HOST_UNREACHABLE),
            Map.entry("unreachable host", SendFailure.HOST_UNREACHABLE),
            Map.entry("host is down", SendFailure.HOST_DOWN),
            Map.entry("assign requested address", SendFailure.ADDRESS_NOT_AVAILABLE),
            Map.entry("operation not permitted", SendFailure.NOT_PERMITTED),
            Map.entry("connection refused", SendFailure.CONNECTION_REFUSED),
            Map.entry("message too long", SendFailure.TOO_LARGE),
            Map.entry("invalid argument", SendFailure.INVALID_DESTINATION),
            Map.entry("permission denied", SendFailure.ACCESS_DENIED),
            Map.entry("address family not supported", SendFailure.WRONG_ADDRESS_FAMILY));

    private SystemErrors() {}

    static SendFailure ofSend(Throwable cause) {
        if (cause instanceof NativeIoException nativeError) {
            return byErrno(-nativeError.expectedErr());
        }
        if (cause instanceof ClosedChannelException) {
            return SendFailure.PORT_CLOSED;
        }
        if (cause instanceof NoRouteToHostException) {
            return SendFailure.HOST_UNREACHABLE;
        }
        if (cause instanceof PortUnreachableException) {
            return SendFailure.CONNECTION_REFUSED;
        }
        String text = text(cause);
        for (Map.Entry<String, SendFailure> entry : SEND_TEXTS.entrySet()) {
            if (text.contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return SendFailure.OTHER_ERROR;
    }

    static BindFailedException.Reason ofBind(Throwable cause) {
        if (cause instanceof NativeIoException nativeError) {
            return switch (-nativeError.expectedErr()) {
                case EADDRINUSE -> BindFailedException.Reason.PORTS_TAKEN;
                case EADDRNOTAVAIL -> BindFailedException.Reason.ADDRESS_NOT_LOCAL;
                case EACCES, EPERM -> BindFailedException.Reason.NOT_PERMITTED;
                default -> BindFailedException.Reason.OTHER;
            };
        }
        String text = text(cause);
        if (text.contains("already in use")) {
            return BindFailedException.Reason.PORTS_TAKEN;
        }
        if (text.contains("assign requested address")) {
            return BindFailedException.Reason.ADDRESS_NOT_LOCAL;
        }
        if (text.contains("permission denied") || text.contains("not permitted")) {
            return BindFailedException.Reason.NOT_PERMITTED;
        }
        return BindFailedException.Reason.OTHER;
    }

    private static SendFailure byErrno(int errno) {
        for (SendFailure failure : SendFailure.values()) {
            if (failure.errno() == errno && errno != 0) {
                return failure;
            }
        }
        return SendFailure.OTHER_ERROR;
    }

    private static String text(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? "" : message.toLowerCase(Locale.ROOT);
    }
}
