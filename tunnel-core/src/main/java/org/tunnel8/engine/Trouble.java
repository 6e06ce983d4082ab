package org.tunnel8.engine;

/**
 * Why no circuit can be used, or nothing be sent. Immutable.
 *
 * @param kind the reason
 * @param sinceNanos since when it has been this one, on the engine's clock
 * @param facts what is known
 */
public record Trouble(TroubleKind kind, long sinceNanos, TroubleFacts facts) {}
