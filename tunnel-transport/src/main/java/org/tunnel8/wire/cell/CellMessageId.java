package org.tunnel8.wire.cell;

/** Message ids inside a tunnel overlay ({@code PROTOCOL.md §8}). */
public final class CellMessageId {
    /** Byte 22 of a datagram that is a cell; not a message of its own. */
    public static final int CELL = 0;

    /** {@link Data}. */
    public static final int DATA = 1;

    /** {@link Create}. */
    public static final int CREATE = 2;

    /** {@link Created}. */
    public static final int CREATED = 3;

    /** {@link Extend}. */
    public static final int EXTEND = 4;

    /** {@link Extended}. */
    public static final int EXTENDED = 5;

    /** {@link Ping}. */
    public static final int PING = 6;

    /** {@link Pong}. */
    public static final int PONG = 7;

    /** A signed packet of its own, never in a cell. */
    public static final int DESTROY = 8;

    /** {@link EstablishIntro}. */
    public static final int ESTABLISH_INTRO = 9;

    /** {@link IntroEstablished}. */
    public static final int INTRO_ESTABLISHED = 10;

    /** {@link EstablishRendezvous}. */
    public static final int ESTABLISH_RENDEZVOUS = 11;

    /** {@link RendezvousEstablished}. */
    public static final int RENDEZVOUS_ESTABLISHED = 12;

    /** {@link CreateE2e}. */
    public static final int CREATE_E2E = 13;

    /** {@link CreatedE2e}. */
    public static final int CREATED_E2E = 14;

    /** {@link LinkE2e}. */
    public static final int LINK_E2E = 15;

    /** {@link LinkedE2e}. */
    public static final int LINKED_E2E = 16;

    /** {@link PeersRequest}. */
    public static final int PEERS_REQUEST = 17;

    /** {@link PeersResponse}. */
    public static final int PEERS_RESPONSE = 18;

    /** {@link TestRequest} in the form {@link SpeedTestForm#PYTHON}. */
    public static final int TEST_REQUEST = 19;

    /** {@link TestResponse} in the form {@link SpeedTestForm#PYTHON}. */
    public static final int TEST_RESPONSE = 20;

    /** {@link TestRequest} in the form {@link SpeedTestForm#RUST}. */
    public static final int RUST_TEST_REQUEST = 21;

    /** {@link TestResponse} in the form {@link SpeedTestForm#RUST}. */
    public static final int RUST_TEST_RESPONSE = 22;

    /** {@link HttpRequest}. */
    public static final int HTTP_REQUEST = 28;

    /** {@link HttpResponse}. */
    public static final int HTTP_RESPONSE = 29;

    private CellMessageId() {}
}
