package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.ConnectionType;

/**
 * Who a bootstrap server can introduce, by overlay. Bounded in overlays, in members of each, and in members behind one
 * public IP address. Engine thread only.
 */
final class BootstrapRegister {
    /** Overlays at once. A new one takes the place of the one with fewest members who have answered, and of those of the smallest. */
    static final int MAX_COMMUNITIES = 64;

    /** Members of one overlay; the one heard longest ago goes first. As in the reference (PROTOCOL.md §4). */
    static final int MAX_MEMBERS = 100;

    /** Members of one overlay behind one public IP address, so that one host cannot fill it with keys. */
    static final int MAX_MEMBERS_PER_IP = 8;

    /** A member that never answered and was heard this short a time ago keeps its address: a request sent again from elsewhere does not move it. */
    static final long MOVE_NANOS = 30_000_000_000L;

    /** Who is heard this long after it came does not merely pass through. */
    static final long STEADY_NANOS = 5_000_000_000L;

    private final Map<CommunityId, Map<PublicKey, Member>> communities = new LinkedHashMap<>();

    /** One key's membership in one overlay. */
    static final class Member {
        private final CommunityId community;
        private final PublicKey key;
        private InetSocketAddress address;
        private @Nullable InetSocketAddress lan;
        private ConnectionType connectionType = ConnectionType.UNKNOWN;
        private final long enteredNanos;
        private long heardNanos;
        private boolean heardAgain;
        private boolean proven;
        private int unanswered;

        Member(CommunityId community, PublicKey key, InetSocketAddress address, long nowNanos) {
            this.community = community;
            this.key = key;
            this.address = address;
            this.enteredNanos = nowNanos;
            this.heardNanos = nowNanos;
        }

        CommunityId community() {
            return community;
        }

        PublicKey key() {
            return key;
        }

        InetSocketAddress address() {
            return address;
        }

        @Nullable
        InetSocketAddress lan() {
            return lan;
        }

        ConnectionType connectionType() {
            return connectionType;
        }

        boolean isPublic() {
            return Acquaintance.isPublic(connectionType, lan, address);
        }

        int unansweredQuestions() {
            return unanswered;
        }

        void asked() {
            unanswered++;
        }

        /** Whether it has been heard after it was entered, has answered and owes no answer: it stays, and is there now. */
        boolean isSteady() {
            return proven && heardAgain && unanswered == 0;
        }

        /** Whether it has answered at its address; a request may bear a made-up one. */
        boolean isProven() {
            return proven;
        }

        /** It has answered there. */
        void answeredAt(InetSocketAddress from, long nowNanos) {
            address = from;
            proven = true;
            heard(nowNanos);
        }

        void heard(long nowNanos) {
            heardAgain |= nowNanos - enteredNanos >= STEADY_NANOS;
            heardNanos = nowNanos;
            unanswered = 0;
        }
    }

    /** What became of a request. */
    enum Entry {
        /** Its sender is a member at that address, and has answered there. */
        PROVEN,
        /** Its sender is a member at that address, as it says: to be asked. */
        UNPROVEN,
        /** Its sender has answered elsewhere and stays there, until it answers at that address: to be asked there. */
        ELSEWHERE,
        /** There is no place for its sender. */
        REFUSED
    }

    /** Enters or renews a member. */
    Entry enter(
            CommunityId community,
            PublicKey key,
            InetSocketAddress address,
            @Nullable InetSocketAddress lan,
            ConnectionType connectionType,
            long nowNanos) {
        Map<PublicKey, Member> members = communities.get(community);
        if (members == null) {
            members = new LinkedHashMap<>();
            addCommunity(community, members);
        }
        Member member = members.get(key);
        if (member == null) {
            if (!makeRoom(members, address.getAddress())) {
                return Entry.REFUSED;
            }
            member = new Member(community, key, address, nowNanos);
            members.put(key, member);
        }
        if (!member.address.equals(address)) {
            if (member.proven) {
                return Entry.ELSEWHERE;
            }
            if (nowNanos - member.heardNanos < MOVE_NANOS) {
                return Entry.REFUSED;
            }
            member.address = address;
        }
        member.lan = lan;
        member.connectionType = connectionType;
        member.heard(nowNanos);
        return member.proven ? Entry.PROVEN : Entry.UNPROVEN;
    }

    /** The member of a key; null if there is none. */
    @Nullable
    Member member(CommunityId community, PublicKey key) {
        return communities.getOrDefault(community, Map.of()).get(key);
    }

    private void addCommunity(CommunityId community, Map<PublicKey, Member> members) {
        if (communities.size() >= MAX_COMMUNITIES) {
            communities.entrySet().stream()
                    .min(Comparator.comparing(entry -> weight(entry.getValue())))
                    .ifPresent(smallest -> communities.remove(smallest.getKey()));
        }
        communities.put(community, members);
    }

    /** What an overlay counts beside others: by its members who have answered, and only then by the others, whom anybody makes up. */
    private static int weight(Map<PublicKey, Member> members) {
        int weight = members.size();
        for (Member member : members.values()) {
            weight += member.proven ? MAX_MEMBERS + 1 : 0;
        }
        return weight;
    }

    /** Whoever sends under made-up addresses gets half of the places, and drives nobody out who has answered. */
    private static boolean makeRoom(Map<PublicKey, Member> members, InetAddress ip) {
        boolean isPublic = AddressScope.of(ip) == AddressScope.PUBLIC;
        int unproven = 0;
        List<Member> neighbours = new ArrayList<>();
        for (Member member : members.values()) {
            unproven += member.proven ? 0 : 1;
            if (isPublic && member.address.getAddress().equals(ip)) {
                neighbours.add(member);
            }
        }
        Member leaving = null;
        if (neighbours.size() >= MAX_MEMBERS_PER_IP) {
            leaving = stalest(neighbours, true);
            if (leaving == null) {
                return false;
            }
        } else if (members.size() >= MAX_MEMBERS) {
            leaving = stalest(members.values(), unproven >= MAX_MEMBERS / 2);
        }
        if (leaving != null) {
            members.remove(leaving.key);
        }
        return true;
    }

    private static @Nullable Member stalest(Collection<Member> members, boolean unprovenOnly) {
        Member stalest = null;
        for (Member member : members) {
            boolean older = stalest == null || member.heardNanos < stalest.heardNanos;
            stalest = older && !(unprovenOnly && member.proven) ? member : stalest;
        }
        return stalest;
    }

    void remove(Member member) {
        Map<PublicKey, Member> members = communities.get(member.community);
        if (members != null && members.remove(member.key, member) && members.isEmpty()) {
            communities.remove(member.community);
        }
    }

    Collection<Member> members(CommunityId community) {
        return communities.getOrDefault(community, Map.of()).values();
    }

    /** All members of all overlays, in a new list. */
    List<Member> all() {
        List<Member> all = new ArrayList<>();
        communities.values().forEach(members -> all.addAll(members.values()));
        return all;
    }

    int communities() {
        return communities.size();
    }

    int size() {
        int size = 0;
        for (Map<PublicKey, Member> members : communities.values()) {
            size += members.size();
        }
        return size;
    }
}
