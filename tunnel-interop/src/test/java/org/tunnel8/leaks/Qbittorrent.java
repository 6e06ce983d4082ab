package org.tunnel8.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** qbittorrent-nox as Debian has it, steered by its web interface on loopback. For one thread. */
final class Qbittorrent implements TorrentClient {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WEB_PORT = 8090;
    private static final int NO_PROXY_HERE = TunnelParties.PROXY_PORT + 1;

    /** What docs/threat-model.md asks for; with or without a DHT. */
    private static final String SETTINGS = """
            [LegalNotice]
            Accepted=true

            [BitTorrent]
            Session\\BTProtocol=UTP
            Session\\DHTEnabled=%s
            Session\\LSDEnabled=false
            Session\\AnonymousModeEnabled=true
            Session\\AnnounceToAllTrackers=true
            Session\\QueueingSystemEnabled=false
            Session\\ProxyPeerConnections=true
            Session\\ProxyHostnameLookup=true

            [Network]
            PortForwardingEnabled=false
            Proxy\\Type=SOCKS5
            Proxy\\IP=127.0.0.1
            Proxy\\Port=%s
            Proxy\\OnlyForTorrents=false

            [Preferences]
            WebUI\\Address=127.0.0.1
            WebUI\\LocalHostAuth=false
            WebUI\\UseUPnP=false
            """;

    private final LeakLab lab;
    private final boolean dht;
    private LabProcess process;
    private int starts;

    private Qbittorrent(LeakLab lab, boolean dht) {
        this.lab = lab;
        this.dht = dht;
    }

    /** As it should be: no DHT, because its routers have names, which qBittorrent would look up itself. */
    static Qbittorrent withoutDht(LeakLab lab) {
        return new Qbittorrent(lab, false);
    }

    /** All set as it should be, but for the DHT. */
    static Qbittorrent withDht(LeakLab lab) {
        return new Qbittorrent(lab, true);
    }

    @Override
    public void start() {
        starts++;
        Path profile = lab.folder("profile-" + starts);
        try {
            Path folder = Files.createDirectories(profile.resolve("qBittorrent").resolve("config"));
            Files.writeString(folder.resolve("qBittorrent.conf"), SETTINGS.formatted(dht, TunnelParties.PROXY_PORT));
        } catch (IOException e) {
            throw new UncheckedIOException("qBittorrent's settings cannot be written", e);
        }
        process = lab.start(
                lab.host("client"),
                "qbittorrent",
                List.of("qbittorrent-nox", "--profile=" + profile, "--webui-port=" + WEB_PORT));
    }

    @Override
    public void add(LabTorrent torrent) {
        order("add", torrent.file().toString(), folderOf(torrent).toString());
    }

    @Override
    public void announce() {
        order("announce");
    }

    /**
     * Names the seeders to it as well: without a DHT it has nobody but the tracker to ask, whom it greets for a minute as
     * it did through an exit that is gone (BEP 15), and hears nothing.
     */
    @Override
    public void again(LabTorrent torrent) {
        order("forget", torrent.infoHash());
        add(torrent);
        List<String> peers = new ArrayList<>(List.of(torrent.infoHash()));
        lab.hosts("seeder").forEach(host -> peers.add(host.addresses().get(0) + ":" + Swarm.PEER_PORT));
        order("connect", peers.toArray(String[]::new));
    }

    @Override
    public void reconnect() {
        order("proxy", Integer.toString(NO_PROXY_HERE));
        order("proxy", Integer.toString(TunnelParties.PROXY_PORT));
    }

    private void order(String what, String... arguments) {
        List<String> command = new ArrayList<>(TorrentScript.python("qbittorrent.py"));
        command.addAll(List.of(Integer.toString(WEB_PORT), what));
        command.addAll(List.of(arguments));
        LabProcess order = lab.start(lab.host("client"), "orders", command);
        Waiting.until("qBittorrent does: " + what, LIMIT, () -> !order.isAlive());
        if (order.status() != 0) {
            throw new AssertionError("qBittorrent does not do: " + what + ", see orders.log");
        }
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
        return lab.folder("downloads-" + torrent.name());
    }
}
