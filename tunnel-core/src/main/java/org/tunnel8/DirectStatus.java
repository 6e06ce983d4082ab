package org.tunnel8;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Whether traffic may go directly, and how much has since the client was made (FR-022). Immutable.
 *
 * @param leases those that hold now; without any, nothing goes directly
 * @param datagramsSent datagrams that went directly
 * @param datagramsReceived datagrams that came back
 * @param streams streams for which a direct connection was tried
 * @param openStreams those of them that are open, or being opened
 * @param exchanges HTTP exchanges for which one was tried
 * @param bytesSent payload bytes sent directly, of all kinds
 * @param bytesReceived payload bytes that came directly, of all kinds
 */
public record DirectStatus(
        List<Lease> leases,
        long datagramsSent,
        long datagramsReceived,
        long streams,
        int openStreams,
        long exchanges,
        long bytesSent,
        long bytesReceived) {
    /** No lease, and nothing that went directly. */
    static final DirectStatus NONE = new DirectStatus(List.of(), 0, 0, 0, 0, 0, 0, 0);

    /**
     * A lease that holds.
     *
     * @param scopes which traffic it is for
     * @param oneIsolationKey whether it is for that of one isolation key alone
     * @param until when it ends at the latest
     * @param used whether anything has gone directly under it
     */
    public record Lease(Set<DirectConsent.Scope> scopes, boolean oneIsolationKey, Instant until, boolean used) {
        /** Copies what could change. */
        public Lease {
            scopes = Set.copyOf(scopes);
        }
    }

    /** Copies what could change. */
    public DirectStatus {
        leases = List.copyOf(leases);
    }

    /**
     * Whether any lease holds.
     *
     * @return true if traffic may go directly where there is no circuit
     */
    public boolean isAllowed() {
        return !leases.isEmpty();
    }
}
