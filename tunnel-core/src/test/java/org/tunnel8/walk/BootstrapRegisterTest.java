package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.walk.BootstrapRegister.Entry;
import org.tunnel8.walk.BootstrapRegister.Member;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.ConnectionType;

class BootstrapRegisterTest {
    private final SplittableRandom random = new SplittableRandom(3);
    private final BootstrapRegister register = new BootstrapRegister();

    private PublicKey newKey() {
        return IdentityKey.generate(random).publicKey();
    }

    private boolean enter(CommunityId community, String address, long nowNanos) {
        return enter(community, newKey(), address, nowNanos) != Entry.REFUSED;
    }

    private Entry enter(CommunityId community, PublicKey key, String address, long nowNanos) {
        return register.enter(community, key, at(address), null, ConnectionType.UNKNOWN, nowNanos);
    }

    private Member answering(String address, long nowNanos) {
        PublicKey key = newKey();
        assertThat(enter(CommunityId.TRIBLER, key, address, nowNanos)).isEqualTo(Entry.UNPROVEN);
        Member member = register.member(CommunityId.TRIBLER, key);
        member.answeredAt(at(address), nowNanos);
        return member;
    }

    private static CommunityId overlay(int number) {
        return CommunityId.parse("%040x".formatted(number));
    }

    @Test
    void keepsOverlaysApart() {
        enter(CommunityId.TRIBLER, "198.51.100.1:1", 0);
        enter(CommunityId.DHT, "198.51.100.2:1", 0);

        assertThat(register.members(CommunityId.TRIBLER))
                .singleElement()
                .extracting(Member::address)
                .isEqualTo(at("198.51.100.1:1"));
        assertThat(register.members(CommunityId.PLAIN_TUNNEL)).isEmpty();
        assertThat(register.size()).isEqualTo(2);
    }

    @Test
    void letsTheOneHeardLongestAgoGoFirst() {
        for (int i = 0; i <= BootstrapRegister.MAX_MEMBERS; i++) {
            assertThat(enter(CommunityId.TRIBLER, "198.51." + i + ".1:1", i)).isTrue();
        }

        assertThat(register.members(CommunityId.TRIBLER)).hasSize(BootstrapRegister.MAX_MEMBERS);
        assertThat(register.members(CommunityId.TRIBLER))
                .extracting(Member::address)
                .doesNotContain(at("198.51.0.1:1"));
    }

    @Test
    void givesOneHostOnlyAFewPlaces() {
        for (int i = 0; i < BootstrapRegister.MAX_MEMBERS_PER_IP; i++) {
            assertThat(enter(CommunityId.TRIBLER, "198.51.100.1:" + (1000 + i), 0))
                    .isTrue();
        }
        assertThat(enter(CommunityId.TRIBLER, "198.51.100.1:999", 1)).isTrue();
        assertThat(register.members(CommunityId.TRIBLER)).hasSize(BootstrapRegister.MAX_MEMBERS_PER_IP);
        assertThat(enter(CommunityId.TRIBLER, "198.51.100.2:999", 1)).isTrue();
        assertThat(register.size()).isEqualTo(BootstrapRegister.MAX_MEMBERS_PER_IP + 1);
    }

    @Test
    void givesLoopbackAllPlaces() {
        for (int i = 0; i < BootstrapRegister.MAX_MEMBERS; i++) {
            assertThat(enter(CommunityId.TRIBLER, "127.0.0.1:" + (1000 + i), 0)).isTrue();
        }
        assertThat(register.size()).isEqualTo(BootstrapRegister.MAX_MEMBERS);
    }

    @Test
    void givesUpTheSmallestOverlayForANewOne() {
        enter(overlay(1), "198.51.100.1:1", 0);
        enter(overlay(1), "198.51.100.2:1", 0);
        for (int i = 2; i < 200; i++) {
            enter(overlay(i), "198.51.101.1:1", 0);
        }

        assertThat(register.size()).isEqualTo(BootstrapRegister.MAX_COMMUNITIES + 1);
        assertThat(register.members(overlay(1))).hasSize(2);
        assertThat(register.members(overlay(199))).hasSize(1);
    }

    @Test
    void overlaysOfMembersWhoHaveNeverAnsweredDoNotDriveOutOneWhoseHave() {
        answering("198.51.100.1:1", 0);
        for (int i = 2; i < 200; i++) {
            for (int member = 1; member <= 5; member++) {
                enter(overlay(i), "198.51.101." + member + ":1", 0);
            }
        }

        assertThat(register.members(CommunityId.TRIBLER)).hasSize(1);
        assertThat(register.communities()).isEqualTo(BootstrapRegister.MAX_COMMUNITIES);
    }

    @Test
    void movesAMemberOnlyAfterItWasSilent() {
        PublicKey key = newKey();
        register.enter(CommunityId.TRIBLER, key, at("198.51.100.1:1"), null, ConnectionType.UNKNOWN, 0);

        assertThat(enter(CommunityId.TRIBLER, key, "192.0.2.66:6", 1)).isEqualTo(Entry.REFUSED);
        assertThat(enter(CommunityId.TRIBLER, key, "192.0.2.66:6", BootstrapRegister.MOVE_NANOS))
                .isEqualTo(Entry.UNPROVEN);
        assertThat(register.members(CommunityId.TRIBLER))
                .singleElement()
                .extracting(Member::address)
                .isEqualTo(at("192.0.2.66:6"));
    }

    @Test
    void movesAMemberThatHasAnsweredOnlyToWhereItAnswers() {
        Member member = answering("198.51.100.1:1", 0);
        long later = 10 * BootstrapRegister.MOVE_NANOS;

        assertThat(enter(CommunityId.TRIBLER, member.key(), "192.0.2.66:6", later))
                .as("a request sent again by somebody else")
                .isEqualTo(Entry.ELSEWHERE);
        assertThat(member.address()).isEqualTo(at("198.51.100.1:1"));
        member.answeredAt(at("192.0.2.66:6"), later);
        assertThat(enter(CommunityId.TRIBLER, member.key(), "192.0.2.66:6", later))
                .isEqualTo(Entry.PROVEN);
    }

    @Test
    void keepsThoseWhoAnsweredFromThoseWhoSendUnderMadeUpAddresses() {
        for (int i = 0; i < BootstrapRegister.MAX_MEMBERS / 2; i++) {
            answering("198.52." + i + ".1:1", i);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(enter(CommunityId.TRIBLER, "198." + i / 200 + "." + i % 200 + ".9:1", 1_000 + i))
                    .isTrue();
        }

        assertThat(register.members(CommunityId.TRIBLER))
                .hasSize(BootstrapRegister.MAX_MEMBERS)
                .filteredOn(Member::isProven)
                .hasSize(BootstrapRegister.MAX_MEMBERS / 2);
    }

    @Test
    void keepsNobodyOutByKeysUnderHisAddress() {
        for (int i = 0; i < BootstrapRegister.MAX_MEMBERS_PER_IP; i++) {
            enter(CommunityId.TRIBLER, "198.51.100.1:" + (1_000 + i), i);
        }
        answering("198.51.100.1:999", 100);
        for (int i = 0; i < 100; i++) {
            enter(CommunityId.TRIBLER, "198.51.100.1:" + (2_000 + i), 200 + i);
        }

        assertThat(register.members(CommunityId.TRIBLER))
                .hasSize(BootstrapRegister.MAX_MEMBERS_PER_IP)
                .filteredOn(Member::isProven)
                .hasSize(1);
    }

    @Test
    void givesOneHostOnlyAFewPlacesThoughAllAnswer() {
        for (int i = 0; i < BootstrapRegister.MAX_MEMBERS_PER_IP; i++) {
            answering("198.51.100.1:" + (1_000 + i), i);
        }

        assertThat(enter(CommunityId.TRIBLER, "198.51.100.1:999", 100)).isFalse();
    }

    @Test
    void forgetsAnOverlayWithItsLastMember() {
        enter(CommunityId.TRIBLER, "198.51.100.1:1", 0);
        register.remove(register.all().get(0));

        assertThat(register.size()).isZero();
        assertThat(register.all()).isEmpty();
    }
}
