package org.tunnel8.examples.torrent;

import java.util.function.Consumer;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.ErrorCode;
import org.libtorrent4j.SessionHandle;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TorrentHandle;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.Alerts;
import org.libtorrent4j.swig.alert;
import org.libtorrent4j.swig.alert_ptr_vector;
import org.libtorrent4j.swig.error_code;
import org.libtorrent4j.swig.session;
import org.libtorrent4j.swig.session_params;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;

/**
 * One libtorrent session with a single torrent: starts it, hands its alerts on, ends it.
 *
 * <p>libtorrent4j's own {@code SessionManager} subscribes to every alert, one or more for each block of a torrent; this asks for the
 * few that are wanted. Thread-safe; alerts arrive on a thread of its own.
 */
final class TorrentSession implements AutoCloseable {
    private static final long ALERT_WAIT_MILLIS = 100;

    /**
     * 4 MiB: more than uTP's receive window of 1 MiB takes up in the kernel, so that nothing is lost between two processes of one machine.
     * The system may grant less.
     */
    private static final int SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

    /** libtorrent looks for lost packets once per tick, by default each 500 ms: an age on a path with a round trip of a few ms. */
    private static final int TICK_MILLIS = 100;

    /** The least time after which uTP takes a packet for lost, by default 500 ms; above it, its own estimate of the round trip rules. */
    private static final int MIN_RESEND_MILLIS = 200;

    /** After so many time-outs in a row a uTP connection is given up, and another made: some 30 s with uTP's doubling of the time-out. */
    private static final int RESENDS = 5;

    /** A peer that says nothing for so long is gone: the two of a pair have always something to say to each other. */
    private static final int SILENCE_SECONDS = 20;

    /** {@code pe_disabled}: inside a circuit a second encryption would only cost time. */
    private static final int PLAINTEXT_ONLY = 2;

    private final session libtorrent;
    private final Thread alertThread;
    private final Consumer<Alert<?>> onAlert;
    private volatile boolean closing;

    private TorrentSession(session libtorrent, String name, Consumer<Alert<?>> onAlert) {
        this.libtorrent = libtorrent;
        this.onAlert = onAlert;
        this.alertThread = new Thread(this::readAlerts, name);
        this.alertThread.setDaemon(true);
    }

    /**
     * Starts a session.
     *
     * @param name the name of the thread that alerts arrive on
     * @param settings all settings, see {@link #settings}
     * @param onAlert told of each alert, one at a time
     */
    static TorrentSession start(String name, SettingsPack settings, Consumer<Alert<?>> onAlert) {
        session_params params = new session_params(settings.swig());
        // Plain reads and writes: with the memory-mapped default a transfer's whole file counts as memory of this
        // process.
        params.set_posix_disk_io_constructor();
        TorrentSession started = new TorrentSession(new session(params), name, onAlert);
        started.alertThread.start();
        return started;
    }

    /**
     * Gives settings under which a session talks uTP only and looks for nobody.
     *
     * @param pace whose waiting times it keeps to
     */
    static SettingsPack settings(Pace pace) {
        NativeLibrary.load();
        SettingsPack settings = new SettingsPack();
        settings.setBoolean(bool_types.enable_dht.swigValue(), false);
        settings.setBoolean(bool_types.enable_lsd.swigValue(), false);
        settings.setBoolean(bool_types.enable_upnp.swigValue(), false);
        settings.setBoolean(bool_types.enable_natpmp.swigValue(), false);
        settings.setBoolean(bool_types.enable_ip_notifier.swigValue(), false);
        settings.setBoolean(bool_types.enable_incoming_tcp.swigValue(), false);
        settings.setBoolean(bool_types.enable_outgoing_tcp.swigValue(), false);
        plaintextOnly(settings);
        settings.setInteger(int_types.unchoke_slots_limit.swigValue(), -1);
        settings.setInteger(int_types.recv_socket_buffer_size.swigValue(), SOCKET_BUFFER_BYTES);
        settings.setInteger(int_types.send_socket_buffer_size.swigValue(), SOCKET_BUFFER_BYTES);
        if (pace == Pace.LOOPBACK) {
            settings.setInteger(int_types.tick_interval.swigValue(), TICK_MILLIS);
            settings.setInteger(int_types.utp_min_timeout.swigValue(), MIN_RESEND_MILLIS);
            settings.setInteger(int_types.utp_num_resends.swigValue(), RESENDS);
            settings.setInteger(int_types.peer_timeout.swigValue(), SILENCE_SECONDS);
        }
        settings.setInteger(int_types.alert_mask.swigValue(), alertMask());
        return settings;
    }

    /** Has a session neither offer nor take encrypted connections. */
    static void plaintextOnly(SettingsPack settings) {
        settings.setInteger(int_types.out_enc_policy.swigValue(), PLAINTEXT_ONLY);
        settings.setInteger(int_types.in_enc_policy.swigValue(), PLAINTEXT_ONLY);
    }

    private static int alertMask() {
        return alert.error_notification
                .or_(alert.peer_notification)
                .or_(alert.connect_notification)
                .or_(alert.status_notification)
                .to_int();
    }

    /**
     * Adds the torrent.
     *
     * @throws IllegalStateException if libtorrent refuses it
     */
    TorrentHandle add(AddTorrentParams torrent) {
        error_code failure = new error_code();
        TorrentHandle handle = new SessionHandle(libtorrent).addTorrent(torrent, new ErrorCode(failure));
        if (failure.failed()) {
            throw new IllegalStateException("the torrent client refuses the torrent: " + failure.message());
        }
        return handle;
    }

    private void readAlerts() {
        alert_ptr_vector alerts = new alert_ptr_vector();
        while (!closing) {
            if (libtorrent.wait_for_alert_ms(ALERT_WAIT_MILLIS) != null) {
                libtorrent.pop_alerts(alerts);
                for (alert each : alerts) {
                    onAlert.accept(Alerts.cast(each));
                }
                alerts.clear();
            }
        }
    }

    /** Ends the session and waits until libtorrent has let go of its sockets and files. */
    @Override
    public synchronized void close() {
        if (closing) {
            return;
        }
        closing = true;
        boolean interrupted = false;
        while (alertThread.isAlive()) {
            try {
                alertThread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        libtorrent.delete();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
