package org.tunnel8.examples.torrent;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.enc_level;
import org.libtorrent4j.swig.settings_pack.enc_policy;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.libtorrent4j.swig.settings_pack.proxy_type_t;
import org.libtorrent4j.swig.settings_pack.string_types;

/**
 * Settings under which a libtorrent 2 session has no way out but Tunnel8's SOCKS5 proxy, looks no name up, and says nothing of
 * where it runs.
 *
 * <p>Apply them over all others, before the session starts. What a torrent brings along is not a matter of settings: web seeds,
 * DHT nodes and trackers other than plain HTTP and UDP are to be taken out of it (see {@link LibtorrentDownload}). Immutable.
 */
public final class TunnelSettings {
    private final InetSocketAddress proxy;
    private final Transport transport;
    private final @Nullable String user;
    private final @Nullable String password;

    /** What libtorrent talks to the proxy with; peers are reached by uTP either way. */
    public enum Transport {
        /** libtorrent's own uTP, as datagrams of a SOCKS5 UDP association. */
        UTP,
        /** TCP connections to the proxy (CONNECT), which the tunnel carries as uTP of its own from the exit on. */
        TCP
    }

    private TunnelSettings(
            InetSocketAddress proxy, Transport transport, @Nullable String user, @Nullable String password) {
        this.proxy = proxy;
        this.transport = transport;
        this.user = user;
        this.password = password;
    }

    /**
     * Settings for a proxy that asks for no user name; peers by uTP.
     *
     * @param proxy where the proxy listens, resolved
     * @return the settings
     */
    public static TunnelSettings through(InetSocketAddress proxy) {
        if (proxy.isUnresolved()) {
            throw new IllegalArgumentException("the proxy's address is to be given in numbers");
        }
        return new TunnelSettings(proxy, Transport.UTP, null, null);
    }

    /**
     * The same over another transport.
     *
     * @param chosen what to reach peers by
     * @return the settings
     */
    public TunnelSettings over(Transport chosen) {
        return new TunnelSettings(proxy, chosen, user, password);
    }

    /**
     * The same with a user name and password for the proxy; where the proxy isolates by user, the name is the isolation key.
     *
     * @param name the user name
     * @param secret the password
     * @return the settings
     */
    public TunnelSettings as(String name, String secret) {
        return new TunnelSettings(proxy, transport, name, secret);
    }

    /**
     * Writes the settings into a pack.
     *
     * @param pack the pack; what it says about anything else stays
     */
    public void applyTo(SettingsPack pack) {
        applyProxy(pack);
        applySockets(pack);
        applyDiscovery(pack);
        applySilence(pack);
    }

    private void applyProxy(SettingsPack pack) {
        proxy_type_t type = user == null ? proxy_type_t.socks5 : proxy_type_t.socks5_pw;
        set(pack, int_types.proxy_type, type.swigValue());
        // In numbers: a name would be looked up.
        set(pack, string_types.proxy_hostname, proxy.getAddress().getHostAddress());
        set(pack, int_types.proxy_port, proxy.getPort());
        set(pack, string_types.proxy_username, user == null ? "" : user);
        set(pack, string_types.proxy_password, password == null ? "" : password);
        set(pack, bool_types.proxy_peer_connections, true);
        set(pack, bool_types.proxy_tracker_connections, true);
        // Names of trackers go to the proxy as names. Without it libtorrent asks the system's resolver first.
        set(pack, bool_types.proxy_hostnames, true);
        // The proxy needs no word of which local endpoint datagrams will come from.
        set(pack, bool_types.socks5_udp_send_local_ep, false);
    }

    private void applySockets(SettingsPack pack) {
        // A session without a listen interface opens no UDP socket either, and has no uTP. With a proxy, libtorrent
        // opens a single
        // UDP socket, for the association, and no TCP socket to listen on.
        set(pack, string_types.listen_interfaces, "127.0.0.1:0");
        set(pack, bool_types.listen_system_port_fallback, false);
        set(pack, bool_types.enable_incoming_tcp, false);
        set(pack, bool_types.enable_incoming_utp, false);
        set(pack, bool_types.enable_outgoing_utp, transport == Transport.UTP);
        set(pack, bool_types.enable_outgoing_tcp, transport == Transport.TCP);
        // Seeders wait to be asked: nobody can reach us.
        set(pack, bool_types.seeding_outgoing_connections, true);
    }

    private static void applyDiscovery(SettingsPack pack) {
        // The DHT would go through the proxy, but the names of its first nodes go to the system's resolver.
        set(pack, bool_types.enable_dht, false);
        set(pack, string_types.dht_bootstrap_nodes, "");
        set(pack, bool_types.use_dht_as_fallback, false);
        // Multicast to the local network, which no proxy carries.
        set(pack, bool_types.enable_lsd, false);
        set(pack, bool_types.enable_upnp, false);
        set(pack, bool_types.enable_natpmp, false);
        // Listens to the system's changes of addresses, to open sockets on new ones.
        set(pack, bool_types.enable_ip_notifier, false);
        // WebRTC asks a STUN server for all our addresses, and tells them to peers.
        set(pack, string_types.webtorrent_stun_server, "");
        set(pack, bool_types.allow_i2p_mixed, false);
        set(pack, string_types.i2p_hostname, "");
        // HTTP to any server: exits pass bencoded answers alone, so that web seeds never work and only show who asks.
        set(pack, int_types.max_web_seed_connections, 0);
        // A tracker must not have us ask servers of the local network, nor names that look like others.
        set(pack, bool_types.ssrf_mitigation, true);
        set(pack, bool_types.allow_idna, false);
        set(pack, bool_types.validate_https_trackers, true);
    }

    private static void applySilence(SettingsPack pack) {
        // No client name and version in peer id, handshake and requests; no address of ours in announces and
        // handshakes.
        set(pack, bool_types.anonymous_mode, true);
        set(pack, string_types.user_agent, "");
        set(pack, string_types.handshake_client_version, "");
        set(pack, string_types.peer_fingerprint, "");
        set(pack, bool_types.always_send_user_agent, false);
        // Nobody is to connect to us, and the exit's address is what a tracker sees by itself.
        set(pack, string_types.announce_ip, "");
        // With the stream encrypted, an exit that does not know the info hash cannot read it off the handshake.
        set(pack, int_types.out_enc_policy, enc_policy.pe_enabled.swigValue());
        set(pack, int_types.in_enc_policy, enc_policy.pe_enabled.swigValue());
        set(pack, int_types.allowed_enc_level, enc_level.pe_both.swigValue());
        set(pack, bool_types.prefer_rc4, true);
    }

    private static void set(SettingsPack pack, bool_types setting, boolean value) {
        pack.setBoolean(setting.swigValue(), value);
    }

    private static void set(SettingsPack pack, int_types setting, int value) {
        pack.setInteger(setting.swigValue(), value);
    }

    private static void set(SettingsPack pack, string_types setting, String value) {
        pack.setString(setting.swigValue(), value);
    }
}
