package org.tunnel8.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Makes the pictures of the documents anew, of a demo that runs: {@code mvn test -Pbrowser -pl tunnel-interop -am -Dgroups=browser
 * -Dtest=MonitorScreenshots -Dsurefire.failIfNoSpecifiedTests=false -Dtunnel8.screenshots=docs/images}.
 */
@Tag("browser")
@EnabledIfSystemProperty(named = MonitorScreenshots.FOLDER, matches = ".+")
@Timeout(400)
class MonitorScreenshots {
    static final String FOLDER = "tunnel8.screenshots";

    /** Long enough for the charts to have a course, and for a demo of so many MiB to go on. */
    private static final Duration COURSE = Duration.ofSeconds(60);

    private static final String MEBIBYTES = "4096";

    @Test
    void monitorOfADemo() throws IOException {
        Path folder = Path.of(System.getProperty("tunnel8.root", ".")).resolve(System.getProperty(FOLDER));
        Files.createDirectories(folder);
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.tunnel8.examples.TunnelCommand",
                        "demo",
                        "--json",
                        "--monitor",
                        "--relays",
                        "8",
                        "--exits",
                        "3",
                        "--size",
                        MEBIBYTES)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Browser browser = Browser.open();
                BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
            String url = JsonParser.parseString(lines.readLine())
                    .getAsJsonObject()
                    .get("monitor")
                    .getAsString();
            lines.lines().filter(line -> line.contains("\"progress\"")).findFirst();
            browser.show(url);
            long begin = System.nanoTime();
            await().atMost(COURSE.multipliedBy(2))
                    .until(() -> System.nanoTime() - begin > COURSE.toNanos()
                            && browser.isTrue("return !!document.querySelector('#map li.flows')"));
            assertThat(demo.isAlive()).as("the demo goes on").isTrue();
            browser.size(1200, 1110, false);
            settle(browser, "light");
            browser.screenshot(folder.resolve("monitor-light.png"));
            browser.size(1200, 1700, false);
            settle(browser, "dark");
            browser.screenshot(folder.resolve("monitor-dark.png"));
            browser.size(360, 1500, true);
            settle(browser, "light");
            browser.screenshot(folder.resolve("monitor-phone.png"));
        } finally {
            demo.destroyForcibly();
        }
    }

    /** Until it is drawn in these colours and this size: a few looks of the page later. */
    private static void settle(Browser browser, String colours) {
        browser.media(colours, true);
        String time = browser.text("#time");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !browser.text("#time").equals(time));
        String next = browser.text("#time");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !browser.text("#time").equals(next));
    }
}
