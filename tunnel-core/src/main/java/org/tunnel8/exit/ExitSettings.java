package org.tunnel8.exit;

import org.tunnel8.policy.TargetRules;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What an exit passes and where to. Immutable.
 *
 * @param flags roles of the node
 * @param community the tunnel community it serves
 * @param targets what the operator says about targets, besides D16
 */
public record ExitSettings(PeerFlags flags, CommunityId community, TargetRules targets) {}
