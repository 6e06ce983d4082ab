package org.tunnel8.examples.monitor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What can be asked for, by its name under the token. Immutable, but for what the suppliers tell. */
final class Site {
    static final String METRICS = "metrics";

    private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
    private static final String UPLOT_VERSION = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

    private final Map<String, Content> contents = new HashMap<>();

    /**
     * Something that can be asked for.
     *
     * @param type of which type it is
     * @param bytes makes it; not to be changed
     */
    record Content(String type, Supplier<byte[]> bytes) {}

    Site(Sampler sampler, Supplier<byte[]> metrics) {
        String charts = UPLOT + version() + "/dist/";
        resource("", "page.html", "text/html; charset=utf-8");
        resource("page.css", "page.css", "text/css; charset=utf-8");
        resource("page.js", "page.js", "text/javascript; charset=utf-8");
        resource("icon.svg", "icon.svg", "image/svg+xml");
        resource("uplot.css", charts + "uPlot.min.css", "text/css; charset=utf-8");
        resource("uplot.js", charts + "uPlot.esm.js", "text/javascript; charset=utf-8");
        contents.put("status.json", new Content("application/json", sampler::status));
        contents.put("history.json", new Content("application/json", sampler::history));
        contents.put(METRICS, new Content("text/plain; version=0.0.4; charset=utf-8", metrics));
    }

    /** What has this name; null if nothing has. */
    @Nullable
    Content find(String name) {
        return contents.get(name);
    }

    private void resource(String name, String resource, String type) {
        byte[] bytes = read(resource);
        contents.put(name, new Content(type, () -> bytes));
    }

    /** The pom alone says which version it is; the library's own jar repeats it. */
    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = open(UPLOT_VERSION)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "");
    }

    private static byte[] read(String resource) {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) throws IOException {
        @Nullable InputStream in = Site.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("the jar lacks " + resource);
        }
        return in;
    }
}
