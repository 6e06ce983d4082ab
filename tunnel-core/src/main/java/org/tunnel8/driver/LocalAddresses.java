package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.LogDetail;

/** The addresses of this host's network interfaces. Thread-safe: functions only. */
public final class LocalAddresses {
    private static final Logger log = LoggerFactory.getLogger(LocalAddresses.class);

    private LocalAddresses() {}

    /**
     * All of them, as they are now.
     *
     * @return empty if the system does not tell
     */
    public static Set<InetAddress> all() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            log.debug("the addresses of the network interfaces cannot be listed", LogDetail.of(e));
            return Set.of();
        }
    }
}
