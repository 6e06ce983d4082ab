package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.transport.BindFailedException.Reason;
import org.tunnel8.transport.SendFailure;

class SystemErrorsTest {
    private static void assumeNative() {
        assumeTrue(Epoll.isAvailable(), "error numbers come from the native transport, which is not there");
    }

    @ParameterizedTest
    @EnumSource
    void everyErrorNumberOfTheTableIsRecognised(SendFailure failure) {
        assumeNative();
        if (failure.errno() != 0) {
            assertThat(SystemErrors.ofSend(new NativeIoException("sendmmsg", -failure.errno())))
                    .isEqualTo(failure);
        }
    }

    @Test
    void unknownErrorsArePersistent() {
        assertThat(SystemErrors.ofSend(new IOException())).isEqualTo(SendFailure.OTHER_ERROR);
        assertThat(SystemErrors.ofSend(new IllegalStateException("surprise"))).isEqualTo(SendFailure.OTHER_ERROR);
        assertThat(SendFailure.OTHER_ERROR.isTransient()).isFalse();
        assertThat(SendFailure.OTHER_ERROR.isReported()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "No buffer space available, NO_BUFFER_SPACE",
        "Cannot allocate memory, NO_MEMORY",
        "Network is unreachable, NETWORK_UNREACHABLE",
        "Network is down, NETWORK_DOWN",
        "No route to host, HOST_UNREACHABLE",
        "Host is down, HOST_DOWN",
        "Operation not permitted, NOT_PERMITTED",
        "Cannot assign requested address, ADDRESS_NOT_AVAILABLE",
        "Can't assign requested address, ADDRESS_NOT_AVAILABLE",
        "A socket operation was attempted to an unreachable network, NETWORK_UNREACHABLE",
        "Message too long, TOO_LARGE",
        "Invalid argument, INVALID_DESTINATION",
        "Permission denied, ACCESS_DENIED",
    })
    void textsOfNioAreRecognised(String text, SendFailure failure) {
        assertThat(SystemErrors.ofSend(new SocketException(text))).isEqualTo(failure);
    }

    @Test
    void unknownErrorNumbersArePersistent() {
        assumeNative();
        assertThat(SystemErrors.ofSend(new NativeIoException("sendmmsg", -5))).isEqualTo(SendFailure.OTHER_ERROR);
    }

    @Test
    void exceptionsThatSayItByTheirTypeAreRecognised() {
        assertThat(SystemErrors.ofSend(new ClosedChannelException())).isEqualTo(SendFailure.PORT_CLOSED);
        assertThat(SystemErrors.ofSend(new NoRouteToHostException())).isEqualTo(SendFailure.HOST_UNREACHABLE);
        assertThat(SystemErrors.ofSend(new PortUnreachableException())).isEqualTo(SendFailure.CONNECTION_REFUSED);
    }

    @ParameterizedTest
    @CsvSource({"98, PORTS_TAKEN", "99, ADDRESS_NOT_LOCAL", "13, NOT_PERMITTED", "1, NOT_PERMITTED", "12, OTHER"})
    void errorNumbersOfBindingAreRecognised(int errno, Reason reason) {
        assumeNative();
        assertThat(SystemErrors.ofBind(new NativeIoException("bind", -errno))).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "Address already in use, PORTS_TAKEN",
        "Address already in use: bind, PORTS_TAKEN",
        "Cannot assign requested address, ADDRESS_NOT_LOCAL",
        "Permission denied, NOT_PERMITTED",
        "Something else, OTHER",
    })
    void textsOfBindingAreRecognised(String text, Reason reason) {
        assertThat(SystemErrors.ofBind(new BindException(text))).isEqualTo(reason);
    }
}
