package org.tunnel8.exit;

import java.util.List;
import org.tunnel8.policy.Cidr;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What an exit passes and where to. Immutable.
 *
 * @param flags roles of the node
 * @param community the tunnel community it serves
 * @param allowed blocks of addresses that are allowed besides the public ones (D16)
 */
public record ExitSettings(PeerFlags flags, CommunityId community, List<Cidr> allowed) {
    /** Copies the list. */
    public ExitSettings {
        allowed = List.copyOf(allowed);
    }
}
