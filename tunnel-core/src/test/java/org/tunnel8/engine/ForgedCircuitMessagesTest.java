package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.Reliability;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Whoever knows a circuit's id and sends under its first hop's address has no hop blamed. He may have us change to another
 * circuit, as we do for a first hop that sends such things itself, but not more than once a minute.
 */
class ForgedCircuitMessagesTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final SplittableRandom random = network.random();
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> servers = new ArrayList<>();
    private EngineNode client;

    @BeforeEach
    void startNetwork() {
        for (int i = 1; i <= 5; i++) {
            int flags = PeerFlags.RELAY | (i <= 2 ? PeerFlags.EXIT_BT : 0);
            servers.add(EngineNode.server(network, "5." + i + ".0.1:7001", flags, bootstrap));
        }
        network.runFor(Duration.ofSeconds(20));
        client = EngineNode.client(network, "6.0.0.1:7001", CircuitSettings.of(2, 0, 4), bootstrap);
    }

    private static byte[] cell(int circuitId, CellMessage message) {
        WireWriter writer = new WireWriter(2_000);
        CellCodec.encode(message, writer);
        byte[] content = writer.toByteArray();
        byte[] cell = new byte[CellFrame.HEADER_BYTES + content.length];
        CellFrame.writeHeader(cell, 0, CommunityId.TRIBLER, circuitId, true, false);
        System.arraycopy(content, 0, cell, CellFrame.HEADER_BYTES, content.length);
        return cell;
    }

    private Created created(int identifier) {
        byte[] noise = new byte[64];
        random.nextBytes(noise);
        ByteString half = ByteString.of(noise, 0, 32);
        return new Created(identifier, half, ByteString.of(noise, 32, 32), ByteString.of(noise));
    }

    private void assertNobodyIsBlamed() {
        for (EngineNode server : servers) {
            PublicKey key = server.identity().publicKey();
            for (PeerRole role : PeerRole.values()) {
                assertThat(client.engine().peers().scoreOf(key, role))
                        .isGreaterThanOrEqualTo(Reliability.UNKNOWN_SCORE);
            }
        }
        assertThat(client.engine().peers().candidates(PeerFlags.RELAY)).hasSameSizeAs(servers);
    }

    private EngineNode firstHopOf(Circuit circuit) {
        return servers.stream()
                .filter(server ->
                        server.identity().publicKey().equals(circuit.hopKeys().get(0)))
                .findFirst()
                .orElseThrow();
    }

    private void untilACircuitIsReady() {
        assertThat(network.runUntil(() -> client.circuits().ready() == 1, Duration.ofMinutes(1)))
                .isTrue();
        network.runFor(Duration.ofSeconds(10));
    }

    @Test
    void destroysAndCellsInTheClearThatAreForgedEndNoCircuitAndBlameNobody() {
        untilACircuitIsReady();
        Circuit circuit = client.circuits().circuits().get(0);
        EngineNode hop = firstHopOf(circuit);
        IdentityKey stranger = IdentityKey.generate(random);
        for (int i = 0; i < 60; i++) {
            byte[] wrong = DestroyCodec.encode(CommunityId.TRIBLER, circuit.id(), 0, hop.identity());
            wrong[wrong.length - 1 - random.nextInt(64)] ^= 1;
            byte[] others = DestroyCodec.encode(CommunityId.TRIBLER, circuit.id(), 0, stranger);
            for (byte[] packet : List.of(wrong, others, cell(circuit.id(), created(i)))) {
                network.send(hop.address(), client.address(), packet);
            }
            network.runFor(Duration.ofSeconds(1));
        }

        assertThat(client.circuits().circuits()).containsExactly(circuit);
        assertThat(client.closed()).isEmpty();
        assertNobodyIsBlamed();
    }

    @Test
    void forSealedCellsThatAreForgedACircuitIsChangedOnceAMinuteAtMostAndNobodyIsBlamed() {
        untilACircuitIsReady();
        int minutes = 5;
        for (int i = 0; i < minutes * 60; i++) {
            assertThat(client.circuits().ready()).isPositive();
            for (Circuit circuit : client.circuits().circuits()) {
                if (circuit.state() == Circuit.State.READY) {
                    byte[] noise = cell(circuit.id(), created(i));
                    CellFrame.writeHeader(noise, 0, CommunityId.TRIBLER, circuit.id(), false, false);
                    network.send(firstHopOf(circuit).address(), client.address(), noise);
                }
            }
            network.runFor(Duration.ofSeconds(1));
        }

        assertThat(client.closed()).containsOnly(CloseReason.MISBEHAVING).hasSizeBetween(minutes - 1, minutes);
        assertNobodyIsBlamed();
    }

    @Test
    void whoRepeatsWhatTheFirstHopSendsHasNobodyBlamed() {
        for (int i = 0; i < 6_000 && client.closed().isEmpty(); i++) {
            network.forgetPassages();
            network.runFor(Duration.ofMillis(10));
            for (Passage passage : List.copyOf(network.passages())) {
                boolean isToClient = passage.to().equals(client.address());
                if (isToClient && passage.messageId() == CellMessageId.CELL) {
                    network.send(passage.from(), passage.to(), passage.bytes());
                }
            }
        }

        assertThat(client.closed()).containsExactly(CloseReason.MISBEHAVING);
        assertNobodyIsBlamed();
    }

    @Test
    void answersToACreateThatAreForgedDoNotSpoilIt() {
        // Each create is answered at once by somebody who has seen the id of the circuit, but not what is in the
        // create.
        List<InetSocketAddress> forged = new ArrayList<>();
        for (int i = 0; i < 6_000 && client.circuits().ready() == 0; i++) {
            network.runFor(Duration.ofMillis(10));
            for (Passage passage : List.copyOf(network.passages())) {
                boolean isClients = passage.from().equals(client.address());
                if (isClients && passage.messageId() == CellMessageId.CELL && CellFrame.plaintext(passage.bytes(), 0)) {
                    int id = CellFrame.circuitId(passage.bytes(), 0);
                    for (int guess = 0; guess < 50; guess++) {
                        network.send(passage.to(), client.address(), cell(id, created(random.nextInt(1 << 16))));
                    }
                    forged.add(passage.to());
                }
            }
            network.forgetPassages();
        }

        assertThat(forged).isNotEmpty();
        assertThat(client.circuits().ready()).isEqualTo(1);
        assertThat(client.closed()).isEmpty();
        assertNobodyIsBlamed();
    }
}
