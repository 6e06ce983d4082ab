package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.relay.RelayFixture.Owner;
import org.tunnel8.relay.RelayFixture.Sent;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Destroy;

/** A neighbour is kept once, and as long as a circuit leads over it. */
class NeighboursTest {
    private static final InetSocketAddress NEXT = RelayFixture.at("198.51.100.200", 7_000);
    private static final InetSocketAddress OTHER = RelayFixture.at("198.51.100.201", 7_000);

    private final RelayFixture fixture = RelayFixture.withFlags(RelayFixture.RELAY);
    private final IdentityKey next = IdentityKey.generate(fixture.random);

    private int known() {
        return fixture.service.tables().stream()
                .filter(table -> table.table().startsWith("neighbours"))
                .mapToInt(TableSize::size)
                .sum();
    }

    private Sent extend(Owner owner, InetSocketAddress to) {
        owner.extend(9, next.publicKey(), new IpAddress(to));
        // An extend that is superseded may have been taken back with a destroy.
        fixture.sent.removeIf(sent -> !sent.isCell());
        return fixture.onlySent();
    }

    /** A circuit that runs through; returns the id of its link to the next hop. */
    private int relayed(Owner owner) {
        Sent create = extend(owner.joined(), NEXT);
        Created created = new Created(
                ((Create) create.plain()).identifier(),
                ByteString.of(new byte[32]),
                ByteString.of(new byte[32]),
                ByteString.EMPTY);
        fixture.deliverPlain(NEXT, create.circuitId(), created);
        fixture.sent.clear();
        return create.circuitId();
    }

    @Test
    void linksToOneNeighbourShareItsAddressAndKey() {
        Neighbours neighbours = new Neighbours();
        Link first = neighbours.link(NEXT, next.publicKey(), 1);
        Link second = neighbours.link(RelayFixture.at("198.51.100.200", 7_000), next.publicKey(), 2);
        Link elsewhere = neighbours.link(OTHER, next.publicKey(), 3);

        assertThat(second.neighbour()).isSameAs(first.neighbour());
        assertThat(elsewhere.neighbour()).isNotSameAs(first.neighbour());
        assertThat(neighbours.size()).isEqualTo(2);

        neighbours.unlink(first);
        assertThat(neighbours.size()).isEqualTo(2);
        neighbours.unlink(second);
        assertThat(neighbours.size()).isEqualTo(1);
    }

    @Test
    void aNeighbourThatDestroysACircuitIsForgotten() {
        Owner owner = fixture.owner(1).joined();
        assertThat(known()).isEqualTo(1);

        fixture.deliverDestroy(owner.circuitId, owner.key, Destroy.REASON_UNNEEDED);

        assertThat(known()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothNeighboursOfARelayedCircuitAreForgottenWhicheverDestroysIt(boolean owners) {
        Owner owner = fixture.owner(1);
        int nextId = relayed(owner);
        assertThat(known()).isEqualTo(2);

        fixture.deliverDestroy(owners ? owner.circuitId : nextId, owners ? owner.key : next, Destroy.REASON_UNNEEDED);

        assertThat(known()).isZero();
    }

    @Test
    void aNeighbourStaysAsLongAsOneCircuitLeadsOverIt() {
        Owner first = fixture.owner(1);
        relayed(first);
        relayed(fixture.owner(2));
        assertThat(known()).isEqualTo(3);

        fixture.deliverDestroy(first.circuitId, first.key, Destroy.REASON_UNNEEDED);

        assertThat(known()).isEqualTo(2);
    }

    @Test
    void whoDoesNotAnswerACreateIsForgotten() {
        Owner owner = fixture.owner(1).joined();
        extend(owner, NEXT);
        owner.extend(10, next.publicKey(), new IpAddress(OTHER));
        fixture.onlyDestroy(NEXT);
        fixture.onlySent();
        assertThat(known()).as("the extend that was superseded is forgotten").isEqualTo(2);

        fixture.runFor(Duration.ofSeconds(11));
        fixture.sent.clear();
        assertThat(known()).isEqualTo(1);

        extend(owner, NEXT);
        fixture.deliverDestroy(owner.circuitId, owner.key, Destroy.REASON_UNNEEDED);
        assertThat(known()).isZero();
    }

    @Test
    void nobodyIsLeftOnceAllCircuitsAreIdleOrTheNodeStops() {
        relayed(fixture.owner(1));
        fixture.owner(2).joined();
        fixture.runFor(Duration.ofSeconds(26));
        assertThat(known()).isZero();

        relayed(fixture.owner(3));
        extend(fixture.owner(4).joined(), NEXT);
        fixture.service.stop();
        assertThat(known()).isZero();
    }
}
