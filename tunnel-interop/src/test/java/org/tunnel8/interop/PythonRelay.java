package org.tunnel8.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.examples.endure.Member;

/** A py-ipv8 relay in a process of its own that can be killed and come back as the same peer. For one thread. */
final class PythonRelay implements Member {
    private final String name;
    private final String community;
    private final int bootstrapPort;
    private int port;
    private @Nullable String secret;
    private String label = "";
    private @Nullable PythonHost host;

    PythonRelay(String name, String community, int bootstrapPort) {
        this.name = name;
        this.community = community;
        this.bootstrapPort = bootstrapPort;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public CompletableFuture<Void> restart() {
        PythonHost started = PythonHost.start();
        host = started;
        return started.ask(
                        "node",
                        "name",
                        name,
                        "flags",
                        MixedNetwork.RELAY_FLAGS,
                        "community",
                        community,
                        "bootstrap",
                        bootstrapPort,
                        "port",
                        port,
                        "secret",
                        secret)
                .thenAccept(this::onStarted)
                .thenCompose(noted -> started.ask("calm", "name", name))
                .thenAccept(calm -> {});
    }

    private void onStarted(JsonElement answer) {
        JsonObject node = answer.getAsJsonObject();
        port = Endpoints.parse(node.get("address").getAsString()).getPort();
        secret = node.get("secret").getAsString();
        try {
            label = PublicKey.parse(HexFormat.of().parseHex(node.get("key").getAsString()))
                    .toString();
        } catch (CryptoFailure e) {
            throw new AssertionError(name + " gives a key that is none", e);
        }
    }

    @Override
    public void kill() {
        if (host == null) {
            throw new AssertionError(name + " has not been started");
        }
        host.kill();
        host.close();
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
    }
}
