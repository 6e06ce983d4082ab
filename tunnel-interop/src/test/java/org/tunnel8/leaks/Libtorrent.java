package org.tunnel8.leaks;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/** libtorrent as Debian has it, in a process of its own. For one thread. */
final class Libtorrent implements TorrentClient {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int SOCKS5 = 2;

    private final LeakLab lab;
    private final JsonObject settings;
    private LabProcess process;

    private Libtorrent(LeakLab lab, JsonObject settings) {
        this.lab = lab;
        this.settings = settings;
    }

    /** uTP to peers; DHT and trackers over UDP and HTTP. */
    static Libtorrent overUdp(LeakLab lab) {
        JsonObject settings = throughProxy();
        settings.addProperty("enable_outgoing_tcp", false);
        settings.addProperty("enable_incoming_tcp", false);
        settings.addProperty("enable_dht", true);
        // By address: the names of these are looked up by libtorrent itself, proxy or not.
        settings.addProperty(
                "dht_bootstrap_nodes", lab.host("seeder1").addresses().get(0) + ":" + Swarm.PEER_PORT);
        return new Libtorrent(lab, settings);
    }

    /** TCP to peers, HTTP trackers, nothing over UDP. */
    static Libtorrent overTcp(LeakLab lab) {
        JsonObject settings = throughProxy();
        settings.addProperty("enable_outgoing_utp", false);
        settings.addProperty("enable_incoming_utp", false);
        settings.addProperty("enable_incoming_tcp", false);
        settings.addProperty("enable_dht", false);
        return new Libtorrent(lab, settings);
    }

    /** As somebody has it who did not set it up: no proxy, and all that it does by default. */
    static Libtorrent withoutProxy(LeakLab lab) {
        return new Libtorrent(lab, new JsonObject());
    }

    /** The proxy for trackers and forgotten for peers. */
    static Libtorrent withoutProxyForPeers(LeakLab lab) {
        JsonObject settings = throughProxy();
        settings.addProperty("proxy_peer_connections", false);
        settings.addProperty("enable_dht", false);
        return new Libtorrent(lab, settings);
    }

    /** All set as it should be, but for the name of a DHT router. */
    static Libtorrent withDhtRouterByName(LeakLab lab, String name) {
        JsonObject settings = throughProxy();
        settings.addProperty("enable_dht", true);
        settings.addProperty("dht_bootstrap_nodes", name + ":" + Swarm.PEER_PORT);
        return new Libtorrent(lab, settings);
    }

    private static JsonObject throughProxy() {
        JsonObject settings = TorrentScript.quiet();
        settings.addProperty("proxy_type", SOCKS5);
        settings.addProperty("proxy_hostname", "127.0.0.1");
        settings.addProperty("proxy_port", TunnelParties.PROXY_PORT);
        settings.addProperty("proxy_hostnames", true);
        settings.addProperty("proxy_peer_connections", true);
        settings.addProperty("proxy_tracker_connections", true);
        settings.addProperty("anonymous_mode", true);
        settings.addProperty("announce_to_all_trackers", true);
        settings.addProperty("announce_to_all_tiers", true);
        // Two minutes, one, and three times by default, which a test that kills everybody several times does not have.
        settings.addProperty("peer_timeout", 8);
        settings.addProperty("min_reconnect_time", 1);
        settings.addProperty("max_failcount", 100);
        return settings;
    }

    @Override
    public void start() {
        process = lab.start(lab.host("client"), "libtorrent", TorrentScript.command(settings));
        process.await("ready", START_LIMIT);
    }

    @Override
    public void add(LabTorrent torrent) {
        process.say(TorrentScript.add(torrent, folderOf(torrent)));
    }

    /** Names a peer to it. */
    void connect(LabTorrent torrent, InetSocketAddress peer) {
        process.say(TorrentScript.connect(torrent, peer));
    }

    @Override
    public void announce() {
        process.say(TorrentScript.announce());
    }

    @Override
    public void again(LabTorrent torrent) {
        process.say(TorrentScript.forget(torrent));
        add(torrent);
        // The tracker may not answer for a minute after a change of exits (BEP 15).
        lab.hosts("seeder").forEach(host -> connect(torrent, host.endpoint(Swarm.PEER_PORT)));
    }

    @Override
    public void reconnect() {
        process.say(TorrentScript.reconnect());
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public Path folderOf(LabTorrent torrent) {
        return lab.folder("downloads-" + torrent.name()).toAbsolutePath();
    }
}
