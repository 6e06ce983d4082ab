package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * The state machine of a stream. Engine thread only.
 *
 * <p>What leads from state to state. A RESET, {@link #reset} and the end of the flow lead from each to DESTROYED; what is not
 * in the table changes no state.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><th>in</th><th>on</th><th>to</th><th>and</th></tr>
 *   <tr><td>(none)</td><td>connect</td><td>SYN_SENT</td><td>SYN, repeated after 1, 2, 4, 8 s</td></tr>
 *   <tr><td>(none)</td><td>SYN that is accepted</td><td>SYN_RECV</td><td>STATE, repeated as the SYN is; no data</td></tr>
 *   <tr><td>SYN_SENT</td><td>STATE for the SYN</td><td>CONNECTED</td><td>STATE</td></tr>
 *   <tr><td>SYN_SENT</td><td>other packets for the SYN</td><td>SYN_SENT</td><td>SYN at once, as an answer must have been lost</td></tr>
 *   <tr><td>SYN_SENT, SYN_RECV</td><td>time for connecting is over</td><td>DESTROYED</td><td>UNANSWERED</td></tr>
 *   <tr><td>SYN_RECV</td><td>any packet but a SYN</td><td>CONNECTED</td><td></td></tr>
 *   <tr><td>CONNECTED</td><td>our FIN leaves</td><td>FIN_SENT</td><td></td></tr>
 *   <tr><td>CONNECTED</td><td>their FIN, all before it here</td><td>GOT_FIN</td><td>STATE</td></tr>
 *   <tr><td>FIN_SENT</td><td>their FIN, all before it here</td><td>CLOSING</td><td>STATE</td></tr>
 *   <tr><td>GOT_FIN</td><td>our FIN leaves</td><td>CLOSING</td><td></td></tr>
 *   <tr><td>CLOSING</td><td>our FIN acknowledged, all read</td><td>DESTROY_DELAY</td><td>CLOSED</td></tr>
 *   <tr><td>DESTROY_DELAY</td><td>their FIN again</td><td>DESTROY_DELAY</td><td>STATE</td></tr>
 *   <tr><td>DESTROY_DELAY</td><td>some time-outs have passed</td><td>DESTROYED</td><td></td></tr>
 *   <tr><td>all but the first two and last two</td><td>nothing heard while something is to be acknowledged</td><td>DESTROYED</td>
 *       <td>TIMED_OUT, RESET</td></tr>
 * </table>
 */
final class StreamMachine {
    private static final long LEAST_LINGER_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int LINGERING_ROUND_TRIPS = 4;
    /** Who has no memory to write into, or none to receive into, looks again after so long. */
    private static final long STARVED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** So many packets are sent before another stream has its turn. */
    private static final int TURN = 16;
    /** Numbers begin above this, so that none is negative. */
    static final long FIRST_NUMBERS = 1 << 16;

    private final UtpEndpoint endpoint;
    private final UtpListener listener;
    private final UtpStream stream = new UtpStream(this);
    private final boolean incoming;
    private final int receiveId;
    private final int sendId;
    private final UtpSender sender;
    private final UtpReceiver receiver;
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final Handshake handshake;
    private final News news = new News();
    private Address remote;
    private UtpState state;

    private int replyMicros;
    private long endsNanos = Long.MAX_VALUE;
    private long starvedNanos = Long.MAX_VALUE;
    private long heardNanos;
    private long sentNanos;
    private long packetsSent;
    private long packetsReceived;

    /** Places in the endpoint's tables. */
    @Nullable
    StreamMachine nextInBucket;

    boolean isDirty;
    boolean isBlocked;
    int timerPlace = -1;
    long timerNanos = Long.MAX_VALUE;

    StreamMachine(
            UtpEndpoint endpoint,
            UtpListener listener,
            Address remote,
            boolean incoming,
            int receiveId,
            int payloadBytes) {
        UtpSettings settings = endpoint.settings();
        this.endpoint = endpoint;
        this.listener = listener;
        this.remote = remote;
        this.incoming = incoming;
        this.receiveId = receiveId;
        this.sendId = receiveId + (incoming ? -1 : 1) & 0xffff;
        this.state = incoming ? UtpState.SYN_RECV : UtpState.SYN_SENT;
        this.sender = new UtpSender(this, endpoint.memory().sending(), settings.sendBufferBytes(), payloadBytes);
        this.receiver = new UtpReceiver(endpoint.memory().receiving(), settings.receiveWindowBytes());
        this.handshake =
                new Handshake(endpoint.nowNanos(), settings.connectTimeout().toNanos());
        this.heardNanos = endpoint.nowNanos();
    }

    // What the application does

    int write(byte[] buffer, int offset, int length) {
        if (isOver() || sender.isFinishing()) {
            return -1;
        }
        int taken = sender.write(buffer, offset, length);
        endpoint.dirty(this);
        return taken;
    }

    int read(byte[] buffer, int offset, int length) {
        int bytes = receiver.read(buffer, offset, length);
        if (bytes > 0) {
            if (receiver.isOfferOutdated() || state == UtpState.CLOSING) {
                endpoint.dirty(this);
            }
            return bytes;
        }
        return receiver.readable() == 0 && (receiver.isFinished() || isOver()) ? -1 : 0;
    }

    int readable() {
        return receiver.readable();
    }

    int writable() {
        return isOver() ? 0 : sender.writable();
    }

    void shutdownOutput() {
        if (!isOver()) {
            sender.finish();
            endpoint.dirty(this);
        }
    }

    void reset() {
        if (!isOver()) {
            sendReset();
            end(UtpEnd.LOCAL);
        }
    }

    UtpState state() {
        return state;
    }

    Address remote() {
        return remote;
    }

    UtpStatistics statistics() {
        return sender.statistics(receiver.receivedBytes(), packetsSent, packetsReceived);
    }

    // What comes

    boolean isIncoming() {
        return incoming;
    }

    boolean isOver() {
        return state == UtpState.DESTROY_DELAY || state == UtpState.DESTROYED;
    }

    private boolean isShakingHands() {
        return state == UtpState.SYN_SENT || state == UtpState.SYN_RECV;
    }

    UtpStream stream() {
        return stream;
    }

    int receiveId() {
        return receiveId;
    }

    int sendId() {
        return sendId;
    }

    /** The number of the packet that we send next. */
    long ownNumber() {
        return sender.next();
    }

    /** The number of the packet that we expect next. */
    long peerNumber() {
        return receiver.next();
    }

    /** Whether a packet from there may be this stream's. Where a name leads is known only when it answers. */
    boolean isFrom(Address origin) {
        return origin.equals(remote)
                || (remote instanceof HostAddress && origin instanceof IpAddress && origin.port() == remote.port());
    }

    /** Begins a stream of our own; its SYN has a number drawn at random. */
    void begin(long synNumber) {
        sender.begin(synNumber + 1);
        endpoint.dirty(this);
    }

    /** Begins a stream that another has asked for. */
    void begin(UtpPacket syn, long firstNumber, long nowNanos) {
        sender.begin(firstNumber);
        sender.offered(syn.windowBytes());
        receiver.begin(UtpPacket.whole(syn.number(), FIRST_NUMBERS) + 1);
        packetsReceived++;
        endpoint.happened(Kind.STREAM_PACKETS_RECEIVED, 1);
        noteTime(syn, nowNanos);
        news.connected();
        endpoint.dirty(this);
    }

    void onPacket(Address origin, UtpPacket packet, long nowNanos) {
        int type = packet.type();
        packetsReceived++;
        endpoint.happened(Kind.STREAM_PACKETS_RECEIVED, 1);
        endpoint.dirty(this);
        if (type == UtpPacket.SYN) {
            if (state == UtpState.SYN_RECV) {
                handshake.atOnce(nowNanos); // our answer was lost
            }
        } else if (type == UtpPacket.RESET) {
            onReset(packet);
        } else if (!isPlausible(packet.acknowledged())) {
            endpoint.dropped(DropReason.WRONG_STATE);
        } else if (state == UtpState.SYN_SENT) {
            onAnswer(origin, packet, nowNanos);
        } else {
            onOther(packet, nowNanos);
        }
    }

    private boolean isPlausible(int acknowledged) {
        return state == UtpState.SYN_SENT ? sender.isAnswer(acknowledged) : sender.isPlausible(acknowledged);
    }

    private void onReset(UtpPacket packet) {
        if (!sender.isPlausibleReset(packet.acknowledged())) {
            endpoint.dropped(DropReason.WRONG_STATE);
        } else if (state == UtpState.DESTROY_DELAY) {
            forget();
        } else {
            news.tell(this, listener);
            end(UtpEnd.RESET);
        }
    }

    private void onAnswer(Address origin, UtpPacket packet, long nowNanos) {
        if (packet.type() != UtpPacket.STATE) {
            handshake.soon(); // without the answer the first packet's number is not known
            return;
        }
        remote = origin;
        noteTime(packet, nowNanos);
        receiver.begin(UtpPacket.whole(packet.number(), FIRST_NUMBERS));
        sender.offered(packet.windowBytes());
        long roundTrip = handshake.roundTripNanos(nowNanos);
        if (roundTrip >= 0) {
            sender.handshake(roundTrip);
        }
        state = UtpState.CONNECTED;
        news.connected();
        acknowledgements.atOnce();
    }

    private void onOther(UtpPacket packet, long nowNanos) {
        noteTime(packet, nowNanos);
        if (state == UtpState.SYN_RECV) {
            state = UtpState.CONNECTED;
        }
        if (!isOver()) {
            sender.onPacket(packet, nowNanos);
        }
        if (packet.type() != UtpPacket.STATE) {
            onData(packet, packet.type() == UtpPacket.FIN, nowNanos);
        } else if (!incoming && sender.isUntouched() && receiver.isUntouched() && !handshake.isOver(nowNanos)) {
            acknowledgements.atOnce(); // who answered our SYN answers again until he hears of us
        }
    }

    private void onData(UtpPacket packet, boolean isFin, long nowNanos) {
        boolean wasFinished = receiver.isFinished();
        long receivedBefore = receiver.receivedBytes();
        switch (receiver.take(packet, isFin)) {
            case IN_ORDER -> {
                acknowledgements.count(nowNanos);
                news.readable(packet.payloadBytes() > 0);
            }
            case OUT_OF_ORDER -> {
                acknowledgements.atOnce();
                news.readable(receiver.readable() > 0);
            }
            case DUPLICATE -> acknowledgements.atOnce();
            case NO_ROOM -> {
                acknowledgements.atOnce();
                endpoint.dropped(DropReason.RECEIVER_TOO_SLOW);
            }
            case WRONG -> endpoint.dropped(DropReason.WRONG_STATE);
        }
        endpoint.happened(Kind.STREAM_BYTES_RECEIVED, receiver.receivedBytes() - receivedBefore);
        if (receiver.isFinished() && !wasFinished) {
            acknowledgements.atOnce();
            news.finished();
            state = state == UtpState.FIN_SENT ? UtpState.CLOSING : UtpState.GOT_FIN;
        }
    }

    private void noteTime(UtpPacket packet, long nowNanos) {
        heardNanos = nowNanos;
        int micros = packet.timestampMicros();
        if (micros != 0) {
            replyMicros = endpoint.writer().micros() - micros;
        }
    }

    // What leaves, and what is told, after a batch

    /** Tells what has happened and sends what may be sent, but not very much at once; true if more could be sent. */
    boolean work(long nowNanos) {
        news.tell(this, listener);
        boolean more = false;
        if (isShakingHands()) {
            shakeHands(nowNanos);
        } else if (!isOver()) {
            more = sendSome(nowNanos);
            if (sender.hasRoomAgain()) {
                listener.onWritable(stream);
            }
        }
        if (state != UtpState.DESTROYED && !isShakingHands()) {
            if (acknowledgements.isDue(nowNanos) || (!isOver() && receiver.isOfferOutdated())) {
                endpoint.writer().state(this, receiver, ownNumber());
            }
        }
        if (state == UtpState.CLOSING && sender.isFinished() && receiver.readable() == 0) {
            end(UtpEnd.CLOSED);
        }
        return more;
    }

    private boolean sendSome(long nowNanos) {
        for (int i = 0; i < TURN; i++) {
            if (!sender.hasSomething()) {
                return false;
            }
            if (!endpoint.hasRoom(this) || !sender.sendNext(nowNanos)) {
                return false;
            }
            if (sender.finIsOut()) {
                state = state == UtpState.CONNECTED ? UtpState.FIN_SENT : state;
                state = state == UtpState.GOT_FIN ? UtpState.CLOSING : state;
            }
        }
        return true;
    }

    private void shakeHands(long nowNanos) {
        if (!handshake.isDue(nowNanos)) {
            return;
        }
        if (incoming) {
            endpoint.writer().state(this, receiver, ownNumber());
        } else {
            endpoint.writer().packet(this, UtpPacket.SYN, ownNumber() - 1, null, 0, 0);
        }
    }

    /** Counts for {@link UtpSender}. */
    void happened(Kind what, long amount) {
        endpoint.happened(what, amount);
    }

    /** Sends a packet for {@link UtpSender}. */
    void send(int type, long number, ByteChunks bytes, int at, int length) {
        endpoint.writer().packet(this, type, number, bytes, at, length);
    }

    /** Writes the header of a packet that leaves now. */
    void writeHeader(byte[] to, int offset, int type, int extension, long number) {
        int id = type == UtpPacket.SYN ? receiveId : sendId;
        int micros = endpoint.writer().micros();
        UtpPacket.write(
                to, offset, type, extension, id, micros, replyMicros, receiver.offer(), number, receiver.next() - 1);
        packetsSent++;
        endpoint.happened(Kind.STREAM_PACKETS_SENT, 1);
        sentNanos = endpoint.nowNanos();
        if (extension != 0 || !receiver.hasGap()) {
            acknowledgements.said();
        }
    }

    // Time

    /** When {@link #onTimer} is due. */
    long dueNanos() {
        if (state == UtpState.DESTROYED) {
            return Long.MAX_VALUE;
        }
        if (isOver()) {
            return endsNanos;
        }
        if (isShakingHands()) {
            return handshake.dueNanos();
        }
        boolean starves = sender.isStarved() || receiver.isStarved();
        starvedNanos = starves ? Math.min(starvedNanos, endpoint.nowNanos() + STARVED_NANOS) : Long.MAX_VALUE;
        long sooner = Math.min(Math.min(sender.dueNanos(), acknowledgements.dueNanos()), starvedNanos);
        return Math.min(sooner, sentNanos + endpoint.settings().keepAlive().toNanos());
    }

    void onTimer(long nowNanos) {
        endpoint.dirty(this);
        if (isOver()) {
            forget();
            return;
        }
        if (isShakingHands()) {
            if (handshake.isOver(nowNanos)) {
                end(UtpEnd.UNANSWERED);
            }
            return;
        }
        starvedNanos = Long.MAX_VALUE;
        if (nowNanos >= sentNanos + endpoint.settings().keepAlive().toNanos()) {
            acknowledgements.atOnce();
        }
        if (nowNanos >= sender.dueNanos()) {
            long silent = nowNanos - Math.max(heardNanos, sender.progressNanos());
            if (silent >= endpoint.settings().silenceTimeout().toNanos()) {
                sendReset();
                end(UtpEnd.TIMED_OUT);
            } else {
                sender.onTimer(endpoint.lineHasRoom(), nowNanos);
            }
        }
    }

    // The end

    void sendReset() {
        endpoint.writer().packet(this, UtpPacket.RESET, ownNumber(), null, 0, 0);
    }

    /** Ends the stream and tells so; does nothing if it has ended. */
    void end(UtpEnd why) {
        if (isOver()) {
            return;
        }
        state = why == UtpEnd.CLOSED ? UtpState.DESTROY_DELAY : UtpState.DESTROYED;
        long linger = LINGERING_ROUND_TRIPS * sender.roundTripNanos();
        endsNanos = endpoint.nowNanos() + Math.max(LEAST_LINGER_NANOS, linger);
        sender.clear();
        endpoint.happened(why.counted(), 1);
        listener.onEnded(stream, why);
        receiver.clear();
        endpoint.ended(this);
    }

    /** Ends the repetition of last acknowledgements. */
    void forget() {
        state = UtpState.DESTROYED;
        endpoint.lingeredEnough(this);
    }
}
