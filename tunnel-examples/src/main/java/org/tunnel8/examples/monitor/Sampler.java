package org.tunnel8.examples.monitor;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.LogDetail;

/**
 * Looks at what is watched each second, and keeps what it saw: however many pages ask, the watched thread is asked once a second.
 * Thread-safe.
 */
final class Sampler implements AutoCloseable {
    static final Duration PERIOD = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final Gson GSON = new Gson();

    private final String command;
    private final History history = new History();
    /** The sampler's thread only. */
    private final DropMinute drops = new DropMinute();

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "monitor-sampler");
        made.setDaemon(true);
        return made;
    });
    /** Whether the last look failed. The sampler's thread only. */
    private boolean failing;

    private volatile byte[] latest;
    private volatile @Nullable View view;

    Sampler(String command) {
        this.command = command;
        JsonObject nothing = new JsonObject();
        nothing.addProperty("kind", "nothing");
        nothing.addProperty("state", "NEW");
        nothing.addProperty("sentence", "Starting.");
        this.latest = bytes(System.currentTimeMillis(), nothing);
    }

    /** Looks at this from now on, at once and each second. */
    void watch(View watched) {
        boolean first = view == null;
        view = watched;
        if (first) {
            var unused = thread.scheduleAtFixedRate(this::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        View watched = view;
        if (watched == null) {
            return;
        }
        try {
            long now = System.currentTimeMillis();
            View.Look look = watched.look();
            JsonObject status = look.status();
            status.add("sample", history.add(now, look));
            status.add("drops", drops.add(now, look.drops()));
            latest = bytes(now, status);
            failing = false;
        } catch (RuntimeException e) {
            // The page notices by the time of what it gets that it is old; the next look may succeed.
            if (!failing) {
                LOG.warn("the monitor cannot see how things are", LogDetail.of(e));
            }
            failing = true;
        }
    }

    private byte[] bytes(long now, JsonObject status) {
        status.addProperty("command", command);
        status.addProperty("time", now);
        return GSON.toJson(status).getBytes(StandardCharsets.UTF_8);
    }

    /** The last look as JSON; not to be changed. */
    byte[] status() {
        return latest;
    }

    /** The last ten minutes as JSON. */
    byte[] history() {
        JsonObject all = new JsonObject();
        all.add("samples", history.all());
        return GSON.toJson(all).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
