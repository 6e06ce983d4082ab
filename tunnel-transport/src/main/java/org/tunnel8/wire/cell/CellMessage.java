package org.tunnel8.wire.cell;

/**
 * A message that travels in cells ({@code PROTOCOL.md §8}), without the circuit id: that stands in the cell's header.
 *
 * <p>All are immutable as far as their arrays are left alone, and refuse in their constructors what could not be sent.
 */
public sealed interface CellMessage
        permits Data,
                Create,
                Created,
                Extend,
                Extended,
                Ping,
                Pong,
                EstablishIntro,
                IntroEstablished,
                EstablishRendezvous,
                RendezvousEstablished,
                CreateE2e,
                CreatedE2e,
                LinkE2e,
                LinkedE2e,
                PeersRequest,
                PeersResponse,
                TestRequest,
                TestResponse,
                HttpRequest,
                HttpResponse {
    /** The byte that names the kind: a constant of {@link CellMessageId}. */
    int messageId();
}
