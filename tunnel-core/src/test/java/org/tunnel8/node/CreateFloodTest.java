package org.tunnel8.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.TunnelClient;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.virtual.Seed;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;

/** A flood of creates at a real relay, from many addresses and with as many keys, while a circuit runs through it. */
@Timeout(120)
class CreateFloodTest {
    private static final int SOURCES = 100;
    private static final int KEYS = 200;
    private static final int CREATES = 20_000;
    private static final int BATCH = 20;
    /** 5,000 a second: ten times what is answered. */
    private static final Duration BATCH_PAUSE = Duration.ofMillis(4);

    private final SplittableRandom random = new SplittableRandom(Seed.take(CreateFloodTest.class));

    private byte[] create(CommunityId community, IdentityKey key, byte[] ephemeral) {
        WireWriter writer = new WireWriter(2_048);
        CellCodec.encode(
                new Create(
                        random.nextInt(1 << 16), ByteString.of(key.publicKey().toBytes()), ByteString.of(ephemeral)),
                writer);
        byte[] message = writer.toByteArray();
        byte[] cell = new byte[CellFrame.HEADER_BYTES + message.length];
        CellFrame.writeHeader(cell, 0, community, random.nextInt(), true, false);
        System.arraycopy(message, 0, cell, CellFrame.HEADER_BYTES, message.length);
        return cell;
    }

    @Test
    void existingCircuitsGoOnUnharmed() throws Exception {
        List<IdentityKey> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(IdentityKey.generate(random));
        }
        byte[] ephemeral = EphemeralKey.generate(random).publicKey();
        List<DatagramSocket> sources = new ArrayList<>();
        try (LentNetwork network = new LentNetwork(relay -> relay)) {
            EmbeddedNetwork embedded = network.embedded();
            CommunityId community = CommunityId.parse(embedded.network().communityId());
            for (int i = 0; i < SOURCES; i++) {
                sources.add(new DatagramSocket(new InetSocketAddress(embedded.clientAddress(50 + i), 0)));
            }
            TunnelClient client = network.client(2);
            Future<?> load = network.load(client, 0, 50L * LentNetwork.PAYLOAD_BYTES, true);
            await().atMost(LentNetwork.LIMIT).until(() -> network.echoesOf(0) > 10);

            for (int i = 0; i < CREATES; i++) {
                byte[] cell = create(community, keys.get(random.nextInt(KEYS)), ephemeral);
                sources.get(random.nextInt(SOURCES))
                        .send(new DatagramPacket(
                                cell, cell.length, network.relay().address()));
                if (i % BATCH == 0) {
                    network.after(BATCH_PAUSE).join();
                }
            }
            load.cancel(false);
            long sent = client.status().traffic().dataPacketsSent();
            // The system may drop one where it is short of room.
            await().atMost(LentNetwork.LIMIT).until(() -> network.echoesOf(0) >= sent - 3);
            long echoes = network.echoesOf(0);

            NodeStatus relay = network.relay().status();
            System.out.printf(
                    "%d creates: %d circuits joined, %d of %d echoes, drops %s%n",
                    CREATES, relay.joinedCircuits(), echoes, sent, relay.drops());
            assertThat(relay.drops().get("UNPROVEN_LIMIT")).isGreaterThan(CREATES / 2);
            assertThat(relay.joinedCircuits()).isLessThanOrEqualTo(75);
            assertThat(relay.relayedCircuits()).isEqualTo(1);
            assertThat(client.status().circuits())
                    .as("the circuit that there was before")
                    .singleElement()
                    .satisfies(circuit -> assertThat(circuit.age()).isGreaterThan(Duration.ofSeconds(3)));
        } finally {
            sources.forEach(DatagramSocket::close);
        }
    }
}
