package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.libtorrent4j.swig.settings_pack.string_types;

/** Every setting that a leak could hang on, by its name in libtorrent. */
class TunnelSettingsTest {
    private static final Map<String, Boolean> SWITCHES = Map.ofEntries(
            Map.entry("proxy_peer_connections", true),
            Map.entry("proxy_tracker_connections", true),
            Map.entry("proxy_hostnames", true),
            Map.entry("socks5_udp_send_local_ep", false),
            Map.entry("listen_system_port_fallback", false),
            Map.entry("enable_incoming_tcp", false),
            Map.entry("enable_incoming_utp", false),
            Map.entry("seeding_outgoing_connections", true),
            Map.entry("enable_dht", false),
            Map.entry("use_dht_as_fallback", false),
            Map.entry("enable_lsd", false),
            Map.entry("enable_upnp", false),
            Map.entry("enable_natpmp", false),
            Map.entry("enable_ip_notifier", false),
            Map.entry("allow_i2p_mixed", false),
            Map.entry("ssrf_mitigation", true),
            Map.entry("allow_idna", false),
            Map.entry("validate_https_trackers", true),
            Map.entry("anonymous_mode", true),
            Map.entry("always_send_user_agent", false),
            Map.entry("prefer_rc4", true));

    private static final Map<String, String> TEXTS = Map.of(
            "proxy_hostname", "127.0.0.1",
            "listen_interfaces", "127.0.0.1:0",
            "dht_bootstrap_nodes", "",
            "webtorrent_stun_server", "",
            "i2p_hostname", "",
            "user_agent", "",
            "handshake_client_version", "",
            "peer_fingerprint", "",
            "announce_ip", "");

    private static final InetSocketAddress PROXY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1080);

    private static SettingsPack pack(TunnelSettings settings) {
        NativeLibrary.load();
        SettingsPack pack = new SettingsPack();
        settings.applyTo(pack);
        return pack;
    }

    private static boolean isOn(SettingsPack pack, bool_types setting) {
        assertThat(pack.hasValue(setting.swigValue())).as("%s is set", setting).isTrue();
        return pack.getBoolean(setting.swigValue());
    }

    @Test
    void everySwitchIsWhereItShouldBe() {
        SettingsPack pack = pack(TunnelSettings.through(PROXY));
        Map<String, Boolean> found = new TreeMap<>();
        SWITCHES.keySet().forEach(name -> found.put(name, isOn(pack, setting(name))));
        assertThat(found).isEqualTo(new TreeMap<>(SWITCHES));
    }

    /** The enumerations of libtorrent4j have no {@code valueOf}. */
    private static bool_types setting(String name) {
        for (int value = bool_types.allow_multiple_connections_per_ip.swigValue();
                value < bool_types.max_bool_setting_internal.swigValue();
                value++) {
            try {
                bool_types setting = bool_types.swigToEnum(value);
                if (setting.toString().equals(name)) {
                    return setting;
                }
            } catch (IllegalArgumentException e) {
                // A number that is no longer in use.
            }
        }
        throw new AssertionError("libtorrent has no switch " + name);
    }

    @Test
    void everyTextIsWhatItShouldBe() {
        SettingsPack pack = pack(TunnelSettings.through(PROXY));
        Map<String, String> found = new TreeMap<>();
        for (string_types setting : new string_types[] {
            string_types.proxy_hostname,
            string_types.listen_interfaces,
            string_types.dht_bootstrap_nodes,
            string_types.webtorrent_stun_server,
            string_types.i2p_hostname,
            string_types.user_agent,
            string_types.handshake_client_version,
            string_types.peer_fingerprint,
            string_types.announce_ip
        }) {
            assertThat(pack.hasValue(setting.swigValue()))
                    .as("%s is set", setting)
                    .isTrue();
            found.put(setting.toString(), pack.getString(setting.swigValue()));
        }
        assertThat(found).isEqualTo(new TreeMap<>(TEXTS));
    }

    @Test
    void theProxyIsSocks5AndThereAreNoWebSeeds() {
        SettingsPack pack = pack(TunnelSettings.through(PROXY));
        assertThat(pack.getInteger(int_types.proxy_type.swigValue())).isEqualTo(2);
        assertThat(pack.getInteger(int_types.proxy_port.swigValue())).isEqualTo(1080);
        assertThat(pack.hasValue(int_types.max_web_seed_connections.swigValue()))
                .isTrue();
        assertThat(pack.getInteger(int_types.max_web_seed_connections.swigValue()))
                .isZero();
    }

    @Test
    void peersAreReachedByOneTransportAlone() {
        SettingsPack byUtp = pack(TunnelSettings.through(PROXY));
        assertThat(isOn(byUtp, bool_types.enable_outgoing_utp)).isTrue();
        assertThat(isOn(byUtp, bool_types.enable_outgoing_tcp)).isFalse();
        SettingsPack byTcp = pack(TunnelSettings.through(PROXY).over(TunnelSettings.Transport.TCP));
        assertThat(isOn(byTcp, bool_types.enable_outgoing_utp)).isFalse();
        assertThat(isOn(byTcp, bool_types.enable_outgoing_tcp)).isTrue();
    }

    @Test
    void aUserNameGoesToTheProxyWithItsPassword() {
        SettingsPack pack = pack(TunnelSettings.through(PROXY).as("key", "secret"));
        assertThat(pack.getInteger(int_types.proxy_type.swigValue())).isEqualTo(3);
        assertThat(pack.getString(string_types.proxy_username.swigValue())).isEqualTo("key");
        assertThat(pack.getString(string_types.proxy_password.swigValue())).isEqualTo("secret");
    }

    @Test
    void aProxyThatIsNamedIsRefusedAsTheNameWouldBeLookedUp() {
        InetSocketAddress named = InetSocketAddress.createUnresolved("localhost", 1080);
        assertThatIllegalArgumentException().isThrownBy(() -> TunnelSettings.through(named));
    }
}
