package org.tunnel8.examples.endure;

import java.time.Duration;
import org.tunnel8.TunnelStatus;

/** Hears how a download goes, on the thread that runs it. */
public interface DownloadListener {
    /**
     * The client knows all members and its circuits are up; the download begins.
     *
     * @param status the client's
     */
    void onBegun(TunnelStatus status);

    /**
     * Some time has passed.
     *
     * @param doneBytes of pieces that were checked
     */
    void onProgress(long doneBytes);

    /**
     * A hop of the circuit in use was killed.
     *
     * @param member who
     * @param hop which hop it was, from 1
     * @param exit whether that was the last
     * @param after time since the download began
     */
    void onKilled(Member member, int hop, boolean exit, Duration after);

    /**
     * One that was killed is there again.
     *
     * @param member who
     * @param after time since the download began
     */
    void onBack(Member member, Duration after);
}
