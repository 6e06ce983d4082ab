package org.tunnel8.leaks;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How {@code src/test/python/torrents.py}, a libtorrent as Debian has it, is started and steered. */
final class TorrentScript {
    private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();
    private static final String DEBIAN_PYTHON = "/usr/bin/python3";

    private TorrentScript() {}

    /** The Python that has libtorrent; -Dtunnel8.python names another one. */
    static String interpreter() {
        String fallback = Files.isExecutable(Path.of(DEBIAN_PYTHON)) ? DEBIAN_PYTHON : "python3";
        return System.getProperty("tunnel8.python", fallback);
    }

    static List<String> python(String script) {
        return List.of(interpreter(), SCRIPTS.resolve(script).toString());
    }

    static List<String> command(JsonObject settings) {
        JsonObject argument = new JsonObject();
        argument.add("settings", settings);
        List<String> command = new ArrayList<>(python("torrents.py"));
        command.add(argument.toString());
        return command;
    }

    /** Settings of a session that asks neither its network nor its router for anything. */
    static JsonObject quiet() {
        JsonObject settings = new JsonObject();
        settings.addProperty("enable_lsd", false);
        settings.addProperty("enable_upnp", false);
        settings.addProperty("enable_natpmp", false);
        return settings;
    }

    static JsonObject add(LabTorrent torrent, Path folder) {
        return order("add", torrent, folder);
    }

    static JsonObject seed(LabTorrent torrent, int bytesPerSecond) {
        JsonObject order = order("seed", torrent, torrent.folder());
        order.addProperty("limit", bytesPerSecond);
        return order;
    }

    static JsonObject announce() {
        return order("announce");
    }

    static JsonObject reconnect() {
        return order("reconnect");
    }

    static JsonObject forget(LabTorrent torrent) {
        JsonObject order = order("forget");
        order.addProperty("torrent", torrent.infoHash());
        return order;
    }

    static JsonObject connect(LabTorrent torrent, InetSocketAddress peer) {
        JsonObject order = order("connect");
        order.addProperty("torrent", torrent.infoHash());
        order.addProperty("address", peer.getAddress().getHostAddress());
        order.addProperty("port", peer.getPort());
        return order;
    }

    private static JsonObject order(String what) {
        JsonObject order = new JsonObject();
        order.addProperty("do", what);
        return order;
    }

    private static JsonObject order(String what, LabTorrent torrent, Path folder) {
        JsonObject order = order(what);
        order.addProperty("torrent", torrent.file().toString());
        order.addProperty("folder", folder.toString());
        return order;
    }
}
