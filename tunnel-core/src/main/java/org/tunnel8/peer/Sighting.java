package org.tunnel8.peer;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What one correctly signed introduction request or response tells about its sender. Immutable.
 *
 * @param key who signed it
 * @param address where it came from
 * @param answered whether it answers an outstanding request of ours, so that the source address cannot be made up
 * @param sought whether that was a request which nobody else made us send
 * @param lanAddress the sender's address in its own network; null if it told none
 * @param newStyle whether it shows that the sender speaks new style
 * @param flags what the sender offers
 * @param connectionType what the sender says of its reachability; null if the message has no room for it
 */
public record Sighting(
        PublicKey key,
        InetSocketAddress address,
        boolean answered,
        boolean sought,
        @Nullable InetSocketAddress lanAddress,
        boolean newStyle,
        PeerFlags flags,
        @Nullable ConnectionType connectionType) {
    /** Checks what must be there. */
    public Sighting {
        Objects.requireNonNull(key);
        Objects.requireNonNull(address);
        Objects.requireNonNull(flags);
        if (sought && !answered) {
            throw new IllegalArgumentException("who did not answer was not found by asking");
        }
    }

    /**
     * What a request told that came by itself, perhaps under a made-up source address.
     *
     * @param key who signed it
     * @param address where it seems to come from
     * @param lanAddress the sender's address in its own network; null if it told none
     * @param newStyle whether it shows that the sender speaks new style
     * @param flags what the sender offers
     * @param connectionType what the sender says of its reachability; null if the message has no room for it
     * @return a sighting that proves no address
     */
    public static Sighting ofRequest(
            PublicKey key,
            InetSocketAddress address,
            @Nullable InetSocketAddress lanAddress,
            boolean newStyle,
            PeerFlags flags,
            @Nullable ConnectionType connectionType) {
        return new Sighting(key, address, false, false, lanAddress, newStyle, flags, connectionType);
    }

    /**
     * A sighting that tells nothing of the sender's reachability; who answered was asked because we wanted to.
     *
     * @param key who signed it
     * @param address where it came from
     * @param answered whether it answers an outstanding request of ours
     * @param lanAddress the sender's address in its own network; null if it told none
     * @param newStyle whether it shows that the sender speaks new style
     * @param flags what the sender offers
     */
    public Sighting(
            PublicKey key,
            InetSocketAddress address,
            boolean answered,
            @Nullable InetSocketAddress lanAddress,
            boolean newStyle,
            PeerFlags flags) {
        this(key, address, answered, answered, lanAddress, newStyle, flags, null);
    }
}
