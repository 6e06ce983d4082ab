package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.circuit.LabOwner;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.vectors.Onion.Layer;
import org.tunnel8.vectors.Scenario.Node;
import org.tunnel8.vectors.Scenario.Recorded;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.TestResponse;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * The part of a {@link RoleReplay} that is about the circuit: of its owner, its relays or its exit. Time stands still
 * meanwhile, as in the recording.
 */
final class CircuitReplay {
    /** One more peer than the recording has: the one whose coming lets the owner begin. */
    private static final InetSocketAddress STARTER = Scenario.endpoint("198.51.100.9:7109");

    private static final IdentityKey STARTER_KEY = IdentityKey.generate(new SplittableRandom(3));
    private static final int STARTER_IDENTIFIER = 1;

    private final Scenario scenario;
    private final Node self;
    private final boolean owner;
    private final ScenarioNode node;
    private final ScriptedRandom random;
    private final Onion onion = new Onion();
    private final List<Data> received = new ArrayList<>();
    private final @Nullable InetSocketAddress outsideSocket;
    private FlowTable.@Nullable Flow flow;
    private int testResponses;
    private int dataOut;
    private int passedOut;

    CircuitReplay(Scenario scenario, Node self, boolean owner, ScenarioNode node, ScriptedRandom random) {
        this.scenario = scenario;
        this.self = self;
        this.owner = owner;
        this.node = node;
        this.random = random;
        scenario.sessions().forEach(onion::add);
        this.outsideSocket = isExit() ? scenario.outsideSocket() : null;
        node.outsideAddress(outsideSocket);
    }

    private boolean isExit() {
        return self.name().equals(scenario.hops().get(scenario.hops().size() - 1));
    }

    /** The owner is the only node whose create draws on the budget for extending. */
    static boolean isOwner(Scenario scenario, Node node) {
        return scenario.datagrams().stream()
                .anyMatch(recorded -> recorded.from().equals(node.wan())
                        && recorded.madeId() == CellMessageId.CREATE
                        && CellFrame.relayEarly(recorded.packet(), 0));
    }

    static CircuitSettings settings(Scenario scenario) {
        return CircuitSettings.of(scenario.hops().size(), 0, scenario.nodes().size());
    }

    /** Gives the engine's random source what the node has drawn for its circuits. */
    static void prepare(Scenario scenario, Node self, boolean owner, ScriptedRandom random) {
        for (Scenario.Secret secret : scenario.secrets()) {
            if (secret.node().equals(self.name())) {
                assertThat(secret.owner()).isEqualTo(owner);
                random.secret(secret.bytes());
            }
        }
        for (Recorded recorded : scenario.datagrams()) {
            if (!recorded.from().equals(self.wan())) {
                continue;
            }
            switch (recorded.madeId()) {
                case CellMessageId.CREATE -> {
                    random.circuitId(recorded.circuitId());
                    random.identifier(recorded.madeIdentifier());
                }
                case CellMessageId.EXTEND, CellMessageId.PING -> random.identifier(recorded.madeIdentifier());
                case CellMessageId.TEST_RESPONSE ->
                    random.filling(
                            ((TestResponse) decode(recorded.made())).data().toBytes());
                default -> {}
            }
        }
    }

    boolean isOutsideSocket(InetSocketAddress address) {
        return address.equals(outsideSocket);
    }

    /** The walking is over. */
    void begin() {
        if (!owner) {
            return;
        }
        random.draw(0); // the exit: there is one
        if (scenario.hops().size() > 1) {
            List<InetSocketAddress> relays = new ArrayList<>();
            for (Peer peer : node.engine().peers().candidates(PeerFlags.RELAY)) {
                if (!peer.flags().has(PeerFlags.EXIT_BT)) {
                    relays.add(peer.address());
                }
            }
            int first = relays.indexOf(scenario.node(scenario.hops().get(0)).wan());
            random.draw((first + 0.5) / relays.size());
        }
        flow = node.engine().openFlow(this::onData, null);
    }

    private void onData(Address origin, byte[] buffer, int offset, int length) {
        received.add(new Data(IpAddress.UNSPECIFIED, origin, ByteString.of(buffer, offset, length)));
    }

    /** The engine must have sent this, or does so when it is told to do what the recorded node was told. */
    void expect(Recorded recorded) throws MalformedMessageException {
        Deque<byte[]> sent = node.othersTo(recorded.to());
        if (sent.isEmpty()) {
            assertThat(owner)
                    .as("nothing was sent to that neighbour; only an owner acts by itself")
                    .isTrue();
            act(recorded);
        }
        assertThat(sent).as("sent to that neighbour").isNotEmpty();
        byte[] actual = sent.remove();
        if (recorded.madeId() == CellMessageId.CREATED) {
            compareCreated(recorded, actual);
        } else if (owner && recorded.isCell()) {
            compareOwners(recorded, actual);
        } else {
            // Everything else is the same to the byte: keys and counters are, and signatures repeat.
            assertThat(actual).isEqualTo(recorded.packet());
        }
    }

    private void act(Recorded recorded) throws MalformedMessageException {
        if (recorded.message().equals("destroy")) {
            CircuitPool pool = node.engine().circuits();
            assertThat(pool).isNotNull();
            LabOwner.stop(pool, CloseReason.UNNEEDED);
            return;
        }
        byte[] made = recorded.made();
        switch (recorded.madeId()) {
            case CellMessageId.CREATE -> letOwnerBegin();
            case CellMessageId.DATA -> {
                Data data = (Data) decode(made);
                byte[] payload = data.payload().toBytes();
                assertThat(flow).isNotNull();
                assertThat(flow.send(data.destination(), LabNode.withHeadroom(payload), LabNode.OFFSET, payload.length))
                        .isTrue();
            }
            // Our client asks for no speed tests; that others' can pass through its circuits is seen all the same.
            case CellMessageId.TEST_REQUEST -> LabOwner.send(circuit(), made);
            default -> throw new AssertionError("our owner sends no message " + recorded.madeId() + " here");
        }
    }

    private Circuit circuit() {
        assertThat(node.ready()).hasSize(1);
        return node.ready().get(0);
    }

    /** A peer without roles turns up: now as many are known as the owner wants. */
    private void letOwnerBegin() throws MalformedMessageException {
        assertThat(node.engine().peers().size()).isEqualTo(scenario.nodes().size() - 1);
        IntroductionRequest request = new IntroductionRequest(
                WalkStyle.OLD,
                new IpAddress(self.wan()),
                IpAddress.UNSPECIFIED,
                new IpAddress(STARTER),
                IntroductionRequest.flags(ConnectionType.UNKNOWN, false, true),
                STARTER_IDENTIFIER,
                PeerFlags.NONE.toExtra());
        node.answerChecksFor(new Node("starter", STARTER_KEY, STARTER, STARTER, PeerFlags.NONE));
        random.armOwn();
        node.receive(STARTER, WalkCodec.encode(scenario.community(), request, STARTER_IDENTIFIER, STARTER_KEY));
        assertThat(node.othersTo(STARTER)).as("answers to the newcomer").hasSize(1);
        node.othersTo(STARTER).clear();
        int askedToPuncture = 0;
        for (Deque<byte[]> sent : node.others().values()) {
            List<byte[]> toPuncture =
                    sent.stream().filter(CircuitReplay::isPunctureForStarter).toList();
            askedToPuncture += toPuncture.size();
            sent.removeAll(new HashSet<>(toPuncture));
        }
        assertThat(askedToPuncture).isEqualTo(1);
    }

    private static boolean isPunctureForStarter(byte[] packet) {
        try {
            WalkPacket decoded = WalkCodec.decode(packet, 0, packet.length);
            return decoded.message() instanceof PunctureRequest request
                    && request.walkerWan().endpoint().equals(STARTER);
        } catch (MalformedMessageException e) {
            return false;
        }
    }

    /** The same message under the same layers, each of which bears a counter that is one higher (D10). */
    private void compareOwners(Recorded recorded, byte[] actual) {
        if (CellFrame.plaintext(recorded.packet(), 0)) {
            assertThat(actual).isEqualTo(recorded.packet());
            return;
        }
        byte[] header = Arrays.copyOf(recorded.packet(), CellFrame.HEADER_BYTES);
        assertThat(actual).startsWith(header);
        List<Layer> wanted = onion.openAll(recorded.content());
        List<Layer> layers = onion.openAll(Recorded.content(actual));
        assertThat(layers).hasSameSizeAs(wanted);
        for (int i = 0; i < layers.size(); i++) {
            assertThat(layers.get(i).key()).isSameAs(wanted.get(i).key());
            assertThat(layers.get(i).counter()).isEqualTo(wanted.get(i).counter() + 1);
        }
        assertThat(layers.get(layers.size() - 1).inner()).isEqualTo(recorded.made());
    }

    /** The same answer, but for the list of candidates: the one who asks is not in it (D18), and its counter is 1 (D10). */
    private void compareCreated(Recorded recorded, byte[] actual) throws MalformedMessageException {
        assertThat(actual).startsWith(Arrays.copyOf(recorded.packet(), CellFrame.HEADER_BYTES));
        Created wanted = (Created) decode(recorded.made());
        Created created = (Created) decode(Recorded.content(actual));
        assertThat(created)
                .isEqualTo(new Created(
                        wanted.identifier(), wanted.ephemeralKey(), wanted.auth(), created.sealedCandidates()));
        Layer list = onion.openAll(created.sealedCandidates().toBytes()).get(0);
        Layer wantedList = onion.openAll(wanted.sealedCandidates().toBytes()).get(0);
        assertThat(list.key()).isSameAs(wantedList.key());
        assertThat(list.counter()).isEqualTo(SendCounter.CANDIDATE_LIST_COUNTER);
        CandidateList offered = CandidateList.decode(list.inner(), 0, list.inner().length);
        CandidateList wantedOffer = CandidateList.decode(wantedList.inner(), 0, wantedList.inner().length);
        List<PublicKey> keys = new ArrayList<>(wantedOffer.relays());
        Node asker = scenario.at(recorded.to());
        assertThat(asker).isNotNull();
        keys.remove(asker.identity().publicKey());
        assertThat(offered.relays()).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(offered.exits()).isEqualTo(wantedOffer.exits()).isEmpty();
    }

    void expectOutside(Recorded recorded) {
        assertThat(node.outside()).as("sent to the outside").isNotEmpty();
        ScenarioNode.Outside sent = node.outside().remove();
        assertThat(sent.to()).isEqualTo(recorded.to());
        assertThat(sent.payload()).isEqualTo(recorded.packet());
    }

    /** Everything has ended as in the recording; adds the drops that belong to it. */
    void finish(Map<DropReason, Long> drops) {
        assertThat(node.engine().relay().joinedCircuits()).isZero();
        assertThat(node.engine().relay().relayedCircuits()).isZero();
        assertThat(node.openSockets()).as("outside sockets left").isZero();
        for (Recorded recorded : scenario.datagrams()) {
            testResponses += recorded.madeId() == CellMessageId.TEST_RESPONSE ? 1 : 0;
            dataOut += recorded.madeId() == CellMessageId.DATA && madeByOwner(recorded) ? 1 : 0;
            passedOut += recorded.from().equals(outsideSocket) ? 1 : 0;
        }
        if (owner) {
            assertThat(received).isEqualTo(scenario.received());
            assertThat(node.closed()).containsExactly(CloseReason.UNNEEDED);
            if (testResponses > 0) {
                drops.put(DropReason.UNKNOWN_MESSAGE, (long) testResponses);
            }
        } else if (isExit() && dataOut > passedOut) {
            drops.put(DropReason.EXIT_PAYLOAD_REFUSED, (long) dataOut - passedOut);
        }
    }

    private boolean madeByOwner(Recorded recorded) {
        Node maker = scenario.at(recorded.from());
        return maker != null && isOwner(scenario, maker);
    }

    private static CellMessage decode(byte @Nullable [] message) {
        assertThat(message).isNotNull();
        try {
            return CellCodec.decode(message, 0, message.length);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }
}
