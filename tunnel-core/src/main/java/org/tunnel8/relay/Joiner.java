package org.tunnel8.relay;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.SealedCandidates;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Diversity;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Answers creates, or drops them (PROTOCOL.md §8).
 *
 * <p>What is cheap to see is looked at first: nothing is read, let alone agreed on, for a create that there is no place
 * for. Engine thread only.
 */
final class Joiner {
    /** An accepted create is not answered again for so long (PROTOCOL.md §8). */
    static final int CREATE_MEMORY_SECONDS = 60;
    /** Candidates listed with a created (PROTOCOL.md §8). */
    static final int OFFERED_RELAYS = 4;

    private final RelayService service;
    private final RelaySettings settings;
    private final IdentityKey identity;
    private final Neighbours neighbours;
    private final PeerTable peers;
    private final RandomGenerator random;
    private final Places places;
    private final RecentIds accepted = new RecentIds();

    Joiner(
            RelayService service,
            RelaySettings settings,
            IdentityKey identity,
            Neighbours neighbours,
            PeerTable peers,
            Deadlines deadlines,
            RandomGenerator random) {
        this.service = service;
        this.settings = settings;
        this.identity = identity;
        this.neighbours = neighbours;
        this.peers = peers;
        this.random = random;
        this.places = new Places(settings, deadlines);
    }

    /** Who holds which places. */
    Places places() {
        return places;
    }

    void onCreate(InetSocketAddress from, int circuitId, byte[] buffer, int offset, int length) {
        DropReason refusal = refusal(from, circuitId);
        if (refusal != null) {
            service.drop(refusal);
            return;
        }
        try {
            if (CellCodec.decode(buffer, offset, length) instanceof Create create
                    && service.cells().others().takeIn(CellFrame.HEADER_BYTES + length)) {
                join(from, circuitId, create);
            }
        } catch (MalformedMessageException e) {
            service.drop(DropReason.MALFORMED);
        } catch (CryptoFailure e) {
            service.drop(DropReason.BAD_KEY);
        }
    }

    /** Why a create is not even read; null if it is. */
    private @Nullable DropReason refusal(InetSocketAddress from, int circuitId) {
        if (settings.flags().equals(PeerFlags.NONE)) {
            return DropReason.ROLE_MISSING;
        }
        if (service.cells().others().isUsedUp()) {
            return DropReason.QUOTA_USED_UP;
        }
        expire();
        if (accepted.contains(circuitId)) {
            return DropReason.DUPLICATE_CREATE;
        }
        if (accepted.size() >= mostRemembered()) {
            return DropReason.TABLE_FULL;
        }
        if (service.placesTaken() >= settings.maxJoinedCircuits()) {
            return DropReason.CIRCUIT_LIMIT;
        }
        if (!service.cells().others().mayAnswer()) {
            return DropReason.RATE_LIMITED;
        }
        return places.refusal(from, isKnown(from), service.placesTaken());
    }

    private boolean isKnown(InetSocketAddress from) {
        Peer peer = peers.byAddress(from);
        return peer != null && peer.isConfirmed();
    }

    private void join(InetSocketAddress from, int circuitId, Create create) throws CryptoFailure {
        if (create.nodePublicKey().length() != PublicKey.USUAL_LENGTH_BYTES) {
            throw new CryptoFailure("the neighbour's key is not of the kind that signs destroys of circuits");
        }
        PublicKey key = PublicKey.parse(create.nodePublicKey().toBytes());
        if (places.isAboveItsShare(from, key, service.placesTaken())) {
            service.drop(DropReason.NEIGHBOUR_LIMIT);
            return;
        }
        KeyAgreement.Response response = KeyAgreement.respond(
                identity, EphemeralKey.generate(random), create.ephemeralKey().toBytes());
        service.packets().arrivesFrom(OtherSide.PREVIOUS_HOP);
        accepted.add(circuitId, service.nowNanos());
        Link previous = neighbours.link(from, key, circuitId);
        List<Peer> offered = randomRelays(previous);
        service.join(new JoinedCircuit(service, previous, response.keys(), offered, service.nowNanos()));
        places.joined(previous);
        ByteString candidates = SealedCandidates.seal(
                service.cipher(),
                response.keys().forward(),
                offered.stream().map(Peer::key).toList());
        service.packets().departs(MessageKind.CREATED, OtherSide.PREVIOUS_HOP);
        service.cells()
                .passPlain(
                        from,
                        circuitId,
                        new Created(
                                create.identifier(),
                                ByteString.of(response.y()),
                                ByteString.of(response.auth()),
                                candidates));
    }

    /** Up to four relays that are no BT exits, drawn at random from different networks, never the asker (D18). */
    private List<Peer> randomRelays(Link asker) {
        List<Peer> candidates = new ArrayList<>(peers.candidates(PeerFlags.RELAY));
        candidates.removeIf(peer -> peer.flags().has(PeerFlags.EXIT_BT)
                || peer.key().equals(asker.key())
                || peer.address().equals(asker.address()));
        return Diversity.draw(candidates, OFFERED_RELAYS, random);
    }

    /** Forgets creates that were accepted long ago. */
    void expire() {
        accepted.removeBefore(service.nowNanos() - TimeUnit.SECONDS.toNanos(CREATE_MEMORY_SECONDS));
    }

    /** Ids of accepted creates that are remembered: what the rate lets in, and the burst after a quiet while. */
    private int mostRemembered() {
        return settings.createsPerSecond() * (CREATE_MEMORY_SECONDS + 1);
    }

    TableSize rememberedCreates() {
        return new TableSize("remembered creates", accepted.size(), mostRemembered());
    }
}
