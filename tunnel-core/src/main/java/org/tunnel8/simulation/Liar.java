package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.DestroyCodec;

/**
 * Stands between a node of ours and its port, and tells a {@link Lie} in the cells of the circuits that the node is in.
 * The node knows nothing of it. What is not sealed, creates and createds among it, passes as it is.
 */
final class Liar implements Participant {
    private static final double TAMPERED = 0.3;
    private static final int MOST_FLIPPED = 3;

    /** When each cell is replayed. */
    private static final long SOON_NANOS = 30_000_000L;

    private static final long LATER_NANOS = 3_000_000_000L;

    /** How often each link gets something forged, as long as it is in use. */
    private static final long FORGING_NANOS = 250_000_000L;

    private static final long IN_USE_NANOS = 10_000_000_000L;
    private static final int FORGED_BYTES = 150;

    private final Lie lie;
    private final SimulatedNode node;
    private final boolean exit;
    private final SeededRandom random;
    private final Map<Integer, Link> links = new LinkedHashMap<>();
    private final Deque<Replay> soon = new ArrayDeque<>();
    private final Deque<Replay> later = new ArrayDeque<>();
    /** The circuit that an extend was asked for on, by the id under which the create went out for it. */
    private final Map<Integer, Integer> extending = new HashMap<>();

    private final Set<Integer> deaf = new HashSet<>();
    private @Nullable Integer arriving;
    private long forgeNanos = Long.MAX_VALUE;
    private int forged;

    /** Where cells with a circuit id went, and when last. */
    private record Link(InetSocketAddress to, long lastNanos) {}

    /** A cell to be sent once more. */
    private static final class Replay {
        final long atNanos;
        final InetSocketAddress to;
        final byte[] cell;

        Replay(long atNanos, InetSocketAddress to, byte[] cell) {
            this.atNanos = atNanos;
            this.to = to;
            this.cell = cell;
        }
    }

    /**
     * Moves in.
     *
     * @param lie what it does
     * @param node whom it speaks for
     * @param exit whether circuits end at that one
     */
    Liar(Lie lie, SimulatedNode node, boolean exit) {
        this.lie = lie;
        this.node = node;
        this.exit = exit;
        this.random = node.host().network().random();
    }

    @Override
    public long nextDeadlineNanos() {
        long next = Math.min(node.nextDeadlineNanos(), forgeNanos);
        next = soon.isEmpty() ? next : Math.min(next, soon.getFirst().atNanos);
        return later.isEmpty() ? next : Math.min(next, later.getFirst().atNanos);
    }

    @Override
    public void onDeadline(long nowNanos) {
        if (node.nextDeadlineNanos() <= nowNanos) {
            node.onDeadline(nowNanos);
        }
        replay(soon, nowNanos);
        replay(later, nowNanos);
        if (forgeNanos <= nowNanos) {
            forge(nowNanos);
        }
    }

    private void replay(Deque<Replay> due, long nowNanos) {
        while (!due.isEmpty() && due.getFirst().atNanos <= nowNanos) {
            Replay replay = due.removeFirst();
            node.port().send(replay.to, replay.cell, 0, replay.cell.length);
        }
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (!isCell(buffer, offset, length)) {
            node.onDatagram(nowNanos, from, buffer, offset, length);
            return;
        }
        int id = CellFrame.circuitId(buffer, offset);
        boolean isCreated = isPlain(buffer, offset, CellMessageId.CREATED);
        if (!CellFrame.plaintext(buffer, offset) && deaf.contains(id)) {
            return;
        }
        arriving = id;
        node.onDatagram(nowNanos, from, buffer, offset, length);
        arriving = null;
        Integer extended = isCreated ? extending.remove(id) : null;
        if (extended != null && lie == Lie.DEAF) {
            deaf.add(id);
            deaf.add(extended);
        }
    }

    /** The node sends something. */
    void sends(InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (!isCell(buffer, offset, length)) {
            node.port().send(to, buffer, offset, length);
            return;
        }
        int id = CellFrame.circuitId(buffer, offset);
        if (CellFrame.plaintext(buffer, offset)) {
            joins(id, buffer, offset);
            node.port().send(to, buffer, offset, length);
        } else if (!deaf.contains(id)) {
            tamper(id, to, Arrays.copyOfRange(buffer, offset, offset + length));
        }
    }

    /** Notes a create or created of the node's. */
    private void joins(int id, byte[] buffer, int offset) {
        if (isPlain(buffer, offset, CellMessageId.CREATE) && arriving != null) {
            extending.put(id, arriving);
        } else if (isPlain(buffer, offset, CellMessageId.CREATED) && exit && lie == Lie.DEAF) {
            deaf.add(id);
        }
    }

    private void tamper(int id, InetSocketAddress to, byte[] cell) {
        long now = node.network().nowNanos();
        if (lie == Lie.DROPS && random.nextDouble() < TAMPERED) {
            return;
        }
        if (lie == Lie.CORRUPTS && random.nextDouble() < TAMPERED) {
            for (int i = random.nextInt(MOST_FLIPPED); i >= 0; i--) {
                cell[random.nextInt(CellFrame.HEADER_BYTES, cell.length)] ^= (byte) (1 + random.nextInt(255));
            }
        }
        node.port().send(to, cell, 0, cell.length);
        if (lie == Lie.REPLAYS) {
            soon.add(new Replay(now + SOON_NANOS, to, cell));
            later.add(new Replay(now + LATER_NANOS, to, cell));
        } else if (lie == Lie.FORGES) {
            links.put(id, new Link(to, now));
            forgeNanos = Math.min(forgeNanos, now + FORGING_NANOS);
        }
        if (lie == Lie.REPLAYS || lie == Lie.FORGES) {
            node.port().deadlineChanged();
        }
    }

    private void forge(long nowNanos) {
        links.values().removeIf(link -> nowNanos - link.lastNanos() > IN_USE_NANOS);
        for (Map.Entry<Integer, Link> link : new ArrayList<>(links.entrySet())) {
            byte[] made = forged(link.getKey());
            node.port().send(link.getValue().to(), made, 0, made.length);
        }
        forged++;
        forgeNanos = links.isEmpty() ? Long.MAX_VALUE : nowNanos + FORGING_NANOS;
    }

    /** By turns a sealed cell, a created in the clear, and a destroy. */
    private byte[] forged(int id) {
        if (forged % 3 == 2) {
            byte[] destroy = DestroyCodec.encode(CommunityId.TRIBLER, id, 1, node.identity());
            destroy[destroy.length - 1 - random.nextInt(32)] ^= 1;
            return destroy;
        }
        boolean plain = forged % 3 == 1;
        byte[] cell = new byte[CellFrame.HEADER_BYTES + FORGED_BYTES];
        random.nextBytes(cell);
        CellFrame.writeHeader(cell, 0, CommunityId.TRIBLER, id, plain, false);
        if (plain) {
            cell[CellFrame.HEADER_BYTES] = CellMessageId.CREATED;
        }
        return cell;
    }

    private static boolean isCell(byte[] buffer, int offset, int length) {
        return CellFrame.isCell(buffer, offset, length) && CommunityId.TRIBLER.matchesPrefix(buffer, offset, length);
    }

    private static boolean isPlain(byte[] buffer, int offset, int message) {
        return CellFrame.plaintext(buffer, offset) && buffer[offset + CellFrame.HEADER_BYTES] == message;
    }
}
