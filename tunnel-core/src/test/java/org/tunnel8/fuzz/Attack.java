package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.fuzz.OwnedCircuits.Owned;
import org.tunnel8.fuzz.Shot.Kind;
import org.tunnel8.virtual.Passage;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.walk.IntroductionRequest;

/** One attacker: makes hostile datagrams, decided by a seed, and uses what the targets answer to make worse ones. */
final class Attack {
    /** Answers of the attacker's that wait to be sent. */
    private static final int MOST_ANSWERS = 1_000;

    private static final int CHOICES = 100;
    private static final int ONE_FOCUS_IN = 20_000;
    private static final int LONGEST_FOCUS = 2_000;

    private final RandomGenerator random;
    private final CommunityId community;
    private final List<Target> targets;
    private final Supplier<List<InetSocketAddress>> outside;
    private final Samples samples;
    private final Sources sources;
    private final Mutations mutations;
    private final Strangers strangers;
    private final TunnelMessages messages;
    private final OwnedCircuits circuits;
    private final ServedCircuits served;
    private final Queue<Shot> answers = new ArrayDeque<>();
    private Target focusedTarget;
    private int focusedChoice;
    private int focus;

    /**
     * @param targets nodes to attack
     * @param outside addresses of outside sockets that are open
     */
    Attack(
            RandomGenerator random,
            CommunityId community,
            List<Target> targets,
            Supplier<List<InetSocketAddress>> outside,
            Samples samples,
            Sources sources) {
        this.random = random;
        this.community = community;
        this.targets = List.copyOf(targets);
        this.focusedTarget = targets.get(0);
        this.outside = outside;
        this.samples = samples;
        this.sources = sources;
        this.mutations = new Mutations(random, samples::vector);
        this.strangers = new Strangers(random, samples, sources, community);
        this.messages = new TunnelMessages(random, sources, strangers, mutations, community, targets);
        this.circuits = new OwnedCircuits(random, strangers, community);
        this.served = new ServedCircuits(random, strangers, messages, mutations);
    }

    /** The next hostile datagram: mostly one of all kinds, and now and then many of one kind for one target. */
    Shot next() {
        Shot answer = answers.poll();
        if (answer != null) {
            return answer;
        }
        if (focus == 0 && random.nextInt(ONE_FOCUS_IN) == 0) {
            focus = 1 + random.nextInt(LONGEST_FOCUS);
            focusedChoice = random.nextInt(CHOICES);
            focusedTarget = targets.get(random.nextInt(targets.size()));
        }
        if (focus > 0) {
            focus--;
            return next(focusedTarget, focusedChoice);
        }
        return next(targets.get(random.nextInt(targets.size())), random.nextInt(CHOICES));
    }

    private Shot next(Target target, int choice) {
        if (choice < 6) {
            return shot(Kind.RANDOM_BYTES, target, randomDatagram());
        } else if (choice < 15) {
            return shot(Kind.MUTATED_VECTOR, target, vector());
        } else if (choice < 34) {
            return recording(true);
        } else if (choice < 41) {
            return recording(false);
        } else if (choice < 46) {
            return shot(Kind.RANDOM_MESSAGE, target, randomMessage());
        } else if (choice < 59) {
            return cellOfLiveCircuit(target);
        } else if (choice < 65) {
            return plaintextCell(target);
        } else if (choice < 69) {
            return create(target);
        } else if (choice < 83) {
            return ownedCircuit(target);
        } else if (choice < 87) {
            return servedCircuit(target);
        } else if (choice < 91) {
            return shot(Kind.SIGNED, target, strangers.packet(target, strangers.key()));
        } else if (choice < 93) {
            return destroy(target);
        }
        return outside(target);
    }

    /** How many circuits the targets have agreed to. */
    int agreedCircuits() {
        return circuits.agreed();
    }

    private Shot shot(Kind kind, Target target, byte[] bytes) {
        return new Shot(kind, sources.any(), target.address(), bytes);
    }

    private byte[] randomDatagram() {
        int most = random.nextInt(50) == 0 ? Mutations.MAX_BYTES : random.nextBoolean() ? 64 : 1_500;
        return mutations.randomBytes(random.nextInt(most + 1));
    }

    private byte[] vector() {
        byte[] sample = samples.vector();
        if (sample.length > CommunityId.PREFIX_BYTES && random.nextBoolean()) {
            // Most vectors are of another community than the targets'.
            sample = sample.clone();
            community.putPrefix(sample, 0);
        }
        return random.nextInt(8) == 0 ? cut(sample) : mutations.mutated(sample);
    }

    private static byte[] cut(byte[] bytes) {
        return bytes.length > Mutations.MAX_BYTES ? Arrays.copyOf(bytes, Mutations.MAX_BYTES) : bytes;
    }

    private Shot recording(boolean mutated) {
        Passage passage = samples.recorded();
        if (passage == null) {
            return shot(Kind.RANDOM_BYTES, targets.get(0), randomDatagram());
        }
        InetSocketAddress from = sources.virtual() && random.nextBoolean() ? passage.from() : sources.any();
        // What targets sent the attacker comes back to them, too.
        boolean elsewhere = targetAt(passage.to()) == null || random.nextInt(4) == 0;
        InetSocketAddress to =
                elsewhere ? targets.get(random.nextInt(targets.size())).address() : passage.to();
        byte[] bytes = mutated ? mutations.mutated(passage.bytes()) : passage.bytes();
        return new Shot(mutated ? Kind.MUTATED_RECORDING : Kind.REPLAY, from, to, bytes);
    }

    private byte[] randomMessage() {
        byte[] body = mutations.randomBytes(random.nextInt(random.nextBoolean() ? 40 : 600));
        CommunityId overlay = switch (random.nextInt(6)) {
            case 0 -> CommunityId.DISCOVERY;
            case 1 -> CommunityId.DHT;
            case 2 -> CommunityId.PLAIN_TUNNEL;
            default -> community;
        };
        byte[] bytes =
                Mutations.concat(overlay.prefix(), Mutations.concat(new byte[] {(byte) random.nextInt(256)}, body));
        if (random.nextInt(16) == 0) {
            bytes[random.nextInt(2)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** The id of a circuit that lives at the target, sent from its neighbour or from elsewhere; else any id. */
    private Shot live(Kind kind, Target target, boolean plaintext, byte[] content) {
        Samples.Link link = random.nextInt(8) == 0 ? null : samples.link(target.address());
        int id = link == null ? random.nextInt() : link.circuitId();
        InetSocketAddress from =
                link != null && sources.virtual() && random.nextBoolean() ? link.from() : sources.any();
        byte[] bytes = circuits.cell(id, plaintext, random.nextBoolean(), content);
        if (random.nextInt(16) == 0) {
            bytes[27 + random.nextInt(2)] = (byte) random.nextInt(256);
        }
        return new Shot(kind, from, target.address(), bytes);
    }

    private Shot cellOfLiveCircuit(Target target) {
        int length = random.nextInt(4) == 0 ? random.nextInt(30) : random.nextInt(1_500);
        return live(Kind.CELL_OF_LIVE_CIRCUIT, target, false, mutations.randomBytes(length));
    }

    private Shot plaintextCell(Target target) {
        return live(Kind.PLAINTEXT_CELL, target, true, messages.plaintext());
    }

    private Shot create(Target target) {
        if (random.nextInt(3) > 0) {
            return circuits.create(target, sources.own());
        }
        byte[] message = random.nextBoolean()
                ? messages.oddCreate()
                : messages.create(strangers.key().publicKey().toBytes(), EphemeralKey.LENGTH_BYTES);
        return shot(Kind.CREATE, target, circuits.cell(random.nextInt(), true, random.nextBoolean(), message));
    }

    private Shot ownedCircuit(Target target) {
        Owned circuit = circuits.any();
        if (circuit == null) {
            return circuits.create(target, sources.own());
        }
        if (random.nextInt(100) == 0) {
            return circuits.destroy(circuit);
        }
        return circuits.sealed(circuit, messages.fromOwner(circuit.target()), random.nextBoolean());
    }

    private Shot servedCircuit(Target target) {
        ServedCircuits.Served circuit = served.any();
        if (circuit == null) {
            return shot(Kind.RANDOM_BYTES, target, randomDatagram());
        }
        return served(circuit.target(), circuit.at(), circuit.id(), messages.fromHop());
    }

    private Shot served(Target target, InetSocketAddress at, int id, byte[] message) {
        byte[] bytes = circuits.cell(id, false, random.nextInt(8) == 0, served.sealed(id, message));
        return new Shot(Kind.SERVED_CIRCUIT, at, target.address(), bytes);
    }

    private Shot destroy(Target target) {
        Samples.Link link = samples.link(target.address());
        int id = link == null || random.nextInt(4) == 0 ? random.nextInt() : link.circuitId();
        Target claimed = targets.get(random.nextInt(targets.size()));
        Owned own = circuits.any();
        byte[] bytes = own != null && random.nextInt(3) == 0
                ? strangers.forgedDestroy(own.id(), own.signer().publicKey())
                : strangers.forgedDestroy(id, random.nextBoolean() ? claimed.key() : strangers.oldKey());
        return shot(Kind.DESTROY, target, bytes);
    }

    private Shot outside(Target target) {
        List<InetSocketAddress> open = outside.get();
        if (open.isEmpty()) {
            return shot(Kind.RANDOM_BYTES, target, randomDatagram());
        }
        InetSocketAddress to = open.get(random.nextInt(open.size()));
        byte[] bytes = random.nextInt(4) == 0 ? vector() : messages.payload();
        return new Shot(Kind.OUTSIDE, sources.any(), to, bytes);
    }

    /** Takes what came to an address of the attacker's. */
    void onDatagram(InetSocketAddress from, InetSocketAddress at, byte[] bytes) {
        Target target = targetAt(from);
        if (target == null || !community.matchesPrefix(bytes, 0, bytes.length) || answers.size() >= MOST_ANSWERS) {
            return;
        }
        if (CellFrame.isCell(bytes, 0, bytes.length)) {
            if (CellFrame.plaintext(bytes, 0)) {
                onPlaintextCell(target, at, bytes);
            } else {
                onSealedCell(target, at, bytes);
            }
        } else if (Strangers.read(bytes) instanceof IntroductionRequest request && random.nextInt(4) > 0) {
            answers.add(new Shot(Kind.ANSWER, at, from, strangers.answerTo(request, community, at)));
        }
    }

    private @Nullable Target targetAt(InetSocketAddress address) {
        for (Target target : targets) {
            if (target.address().equals(address)) {
                return target;
            }
        }
        return null;
    }

    private void onPlaintextCell(Target target, InetSocketAddress at, byte[] bytes) {
        int id = CellFrame.circuitId(bytes, 0);
        try {
            int header = CellFrame.HEADER_BYTES;
            CellMessage message = CellCodec.decode(bytes, header, bytes.length - header);
            if (message instanceof Created created) {
                circuits.onCreated(id, created);
            } else if (message instanceof Create create) {
                onCreate(target, at, id, create);
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError("targets send well-formed cells", e);
        }
    }

    /** A target extends a circuit of the attacker's to the attacker. */
    private void onCreate(Target target, InetSocketAddress at, int id, Create create) {
        byte[] answer;
        if (random.nextInt(3) == 0) {
            answer = messages.oddCreated(create.identifier(), false);
        } else {
            answer = agreed(target, at, id, create);
        }
        answers.add(new Shot(Kind.ANSWER, at, target.address(), circuits.cell(id, true, false, answer)));
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] junk = mutations.randomBytes(random.nextInt(1_500));
            answers.add(
                    new Shot(Kind.ANSWER, at, target.address(), circuits.cell(id, false, random.nextBoolean(), junk)));
        }
    }

    private byte[] agreed(Target target, InetSocketAddress at, int id, Create create) {
        try {
            return served.created(target, at, id, create.identifier(), create.ephemeralKey());
        } catch (CryptoFailure e) {
            // The X that the attacker's own extend made up is no point.
            return messages.oddCreated(create.identifier(), false);
        }
    }

    private void onSealedCell(Target target, InetSocketAddress at, byte[] bytes) {
        int id = CellFrame.circuitId(bytes, 0);
        CellMessage message = served.opened(id, bytes);
        if (message != null && random.nextInt(4) > 0) {
            answers.add(served(target, at, id, served.answerTo(message)));
        }
    }
}
