package org.tunnel8.stream;

/** Where a stream stands, by the names of BEP 29 and its implementations. {@code StreamMachine} has the table of transitions. */
public enum UtpState {
    /** A SYN went out; nothing has come back. */
    SYN_SENT,
    /** A SYN came and was answered; nothing that shows that the answer arrived has come. */
    SYN_RECV,
    /** Both directions are open. */
    CONNECTED,
    /** Our FIN went out; the other side still sends. */
    FIN_SENT,
    /** The other side's FIN came, with everything before it; we still send. */
    GOT_FIN,
    /** Both FINs are under way or here; ours is not acknowledged, or what came is not read. */
    CLOSING,
    /** All is done; the last acknowledgement is repeated if the other side repeats its FIN. */
    DESTROY_DELAY,
    /** Gone. */
    DESTROYED
}
