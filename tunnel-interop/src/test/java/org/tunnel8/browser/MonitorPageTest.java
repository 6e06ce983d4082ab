package org.tunnel8.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;
import org.tunnel8.CircuitStatus;
import org.tunnel8.DirectConsent;
import org.tunnel8.DirectLease;
import org.tunnel8.PeerStatus;
import org.tunnel8.TunnelStatus;

/** The monitor's page in a real browser, before a client whose circuits carry traffic. */
@Tag("browser")
@Timeout(240)
class MonitorPageTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** More than there are places to come to: the round ends at the page's first again. */
    private static final int MOST_TABS = 60;

    private static final String CANVAS_COLOURS = """
            const canvas = document.querySelector(arguments[0] + ' canvas');
            if (!canvas) return 0;
            const wanted = getComputedStyle(document.documentElement).getPropertyValue(arguments[1]).trim();
            const [r, g, b] = [1, 3, 5].map((at) => parseInt(wanted.slice(at, at + 2), 16));
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let found = 0;
            for (let i = 0; i < pixels.length; i += 4) {
              if (pixels[i] === r && pixels[i + 1] === g && pixels[i + 2] === b && pixels[i + 3] === 255) found++;
            }
            return found;
            """;

    private static Browser browser;

    private WatchedClient watched;

    @BeforeAll
    static void openTheBrowser() {
        browser = Browser.open();
    }

    @AfterAll
    static void closeTheBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void showThePage() throws IOException {
        watched = new WatchedClient();
        browser.show(watched.url());
        // What it shows is up to a second old: of when the first circuit was still being built, perhaps.
        until(
                "the page shows a ready client and its circuits",
                () -> browser.text("#state").equals("ready")
                        && browser.texts("#map > li").size() >= 2);
    }

    @AfterEach
    void end() {
        watched.close();
    }

    private static void until(String what, Callable<Boolean> condition) {
        await(what).atMost(LIMIT).until(condition);
    }

    /** Whatever it has shown, it asked nobody else for anything, and the browser had nothing to refuse. */
    private void assertQuiet() {
        assertThat(browser.requests())
                .isNotEmpty()
                .allSatisfy(url -> assertThat(url).startsWith(watched.url()));
        assertThat(browser.complaints()).isEmpty();
    }

    private static int drawn(String chart, String colour) {
        return ((Number) browser.run(CANVAS_COLOURS, chart, colour)).intValue();
    }

    @Test
    void showsCircuitsByTheLabelsOfTheirHopsAndPeersByTheirs() {
        until("the map is that of the client", () -> {
            TunnelStatus status = watched.client().status();
            List<String> shown = browser.texts("#map .path li:not(:first-child):not(:last-child) code");
            List<String> paths = status.circuits().stream()
                    .filter(CircuitStatus::ready)
                    .flatMap(circuit -> circuit.path().stream())
                    .toList();
            return shown.equals(paths);
        });
        assertThat(browser.texts("#map h3")).allMatch(title -> title.matches("Circuit \\d+"));
        assertThat(browser.text("#map li.primary .name")).contains("primary", "ready");
        assertThat(browser.texts("#map .path > li:first-child code")).containsOnly("you");
        assertThat(browser.texts("#map .path > li:last-child code")).containsOnly("outside");
        assertThat(browser.texts("#pool tbody tr"))
                .hasSize(browser.texts("#map > li").size());
        assertThat(browser.texts("#peers tbody th"))
                .containsExactlyInAnyOrderElementsOf(
                        watched.client().peers().stream().map(PeerStatus::label).toList());
        until("traffic is marked on the map", () -> browser.isTrue("return !!document.querySelector('#map li.flows')"));
        until("the kind of NAT is said", () -> browser.text("#nat-text").startsWith("No NAT: "));
        assertThat(browser.text("#listening"))
                .contains("SOCKS5 proxy 127.0.0.1:"
                        + watched.client().socks5().address().getPort());
        assertThat(browser.text("#sentence")).startsWith("Ready: ");
        assertThat(browser.text("h1")).isEqualTo("Tunnel8 test");
        assertQuiet();
    }

    @Test
    void drawsThroughputAndRoundTripsAndSaysThemInFigures() {
        until(
                "both charts are drawn",
                () -> drawn("#throughput", "--series-0") > 50
                        && drawn("#throughput", "--series-1") > 50
                        && drawn("#levels", "--series-0") > 50);
        until(
                "throughput is said",
                () -> browser.text("#throughput-text").matches("Received \\d.*[KM]iB/s; Sent \\d.*[KM]iB/s\\."));
        assertThat(browser.text("#levels-text")).matches("Circuit \\d+ \\d.* ms.*\\.");
        assertThat(browser.texts("#throughput-table tbody th")).containsExactly("Received", "Sent");
        assertThat(browser.texts("#levels-table tbody tr"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row).matches("(?s)Circuit \\d+\\s+\\d.* ms\\s+\\d.* ms\\s+\\d.* ms"));
        assertQuiet();
    }

    @Test
    void aReloadKeepsWhatWasSeenAndTheTrafficOfBefore() {
        until(
                "there is something to keep",
                () -> browser.texts("#throughput-table tbody td:last-child").stream()
                        .anyMatch(most -> most.matches("\\d.*[KM]iB/s")));
        browser.reload();
        until("the chart is drawn again", () -> drawn("#throughput", "--series-0") > 50);
        assertThat(browser.texts("#throughput-table tbody td:last-child"))
                .allMatch(most -> most.matches("\\d.*[KM]iB/s"));
        assertQuiet();
    }

    @Test
    void theSentenceSaysAtOnceWhenTheCircuitsAreGone() {
        assertThat(browser.text("#state")).isEqualTo("ready");
        assertThat(browser.run("return document.getElementById('status').getAttribute('role')"))
                .as("a screen reader says it too")
                .isEqualTo("status");
        watched.killTheNetwork();
        until("it says so", () -> browser.text("#state").equals("no circuit"));
        assertThat(browser.text("#sentence")).startsWith("Traffic waits. ").endsWith(".");
        assertThat(browser.text("#trouble")).matches("What is done: .+\\. It has been so for \\d+ s \\([a-z ]+\\)\\.");
        until("none is ready on the map", () -> browser.texts("#map > li.ready").isEmpty());
        assertQuiet();
    }

    @Test
    void aBannerStandsAsLongAsDirectConnectionsAreAllowed() throws IOException {
        assertThat(browser.text("#direct")).isEmpty();
        DirectLease lease =
                watched.client().directConnections(DirectConsent.userAcceptsIpExposure(Duration.ofMinutes(5)));
        until("the banner is there", () -> browser.text("#direct").contains("Direct connections are allowed"));
        assertThat(browser.text("#direct")).contains("your own address", "Nothing has gone directly so far.");
        assertThat(browser.run("return document.getElementById('direct').getAttribute('role')"))
                .isEqualTo("alert");
        assertThat(browser.barriers()).isEmpty();
        lease.revoke();
        until(
                "the banner is gone",
                () -> browser.text("#direct").isEmpty()
                        && browser.isTrue(
                                "return document.getElementById('direct').getBoundingClientRect().height === 0"));
        assertQuiet();
    }

    @Test
    void dropsAppearByTheirReason() throws IOException {
        watched.sendRubbish(7);
        until(
                "they are in the table",
                () -> browser.texts("#drops tbody tr").stream()
                        .anyMatch(row -> row.matches("unknown prefix\\s+7\\s+7")));
        assertThat(browser.text("#no-drops")).isEmpty();
        assertQuiet();
    }

    @Test
    void fitsAPhoneAndKeepsNobodyOutInLightAndDark() throws IOException {
        browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
        for (String colours : List.of("light", "dark")) {
            browser.media(colours, false);
            until("it is drawn in " + colours, () -> drawn("#throughput", "--series-0") > 50);
            boolean isDark = browser.isTrue(
                    "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((part) => part < 64)");
            assertThat(isDark).isEqualTo(colours.equals("dark"));
            browser.desktop();
            assertThat(browser.barriers()).as("desktop, " + colours).isEmpty();
            browser.phone();
            until(
                    "the charts fit",
                    () -> browser.isTrue(
                            "return [...document.querySelectorAll('canvas')].every((each) => each.getBoundingClientRect().right <= 360)"));
            assertThat(browser.run("return document.documentElement.scrollWidth"))
                    .as("width on a phone, " + colours)
                    .isEqualTo(360L);
            assertThat((List<?>) browser.run("""
                            return [...document.querySelectorAll('main *, header *')]
                                .filter((each) => each.getBoundingClientRect().right > 360.5 && each.checkVisibility())
                                .map((each) => each.tagName + ' ' + each.className + ' ' + each.textContent)
                            """)).as("what sticks out").isEmpty();
            assertThat(browser.barriers()).as("phone, " + colours).isEmpty();
        }
        assertQuiet();
    }

    @Test
    void everythingIsReachedByTheKeyboardAndSeenToBe() {
        String described = """
                const at = document.activeElement;
                const style = getComputedStyle(at);
                const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                return (at.id || at.className || at.textContent.trim()) + (seen ? '' : ' NOT SEEN');
                """;
        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < MOST_TABS; i++) {
            browser.tab();
            if (browser.isTrue("return document.activeElement === document.body")) {
                break;
            }
            reached.add(String.valueOf(browser.run(described)));
        }
        List<String> circuits = new ArrayList<>(browser.texts("#map h3"));
        assertThat(reached).contains("skip", "pause", "table tall");
        assertThat(circuits).isNotEmpty();
        circuits.forEach(circuit -> assertThat(reached).contains("Why these hops: c" + circuit.substring(1)));
        assertThat(reached).noneMatch(place -> place.endsWith("NOT SEEN"));
        assertThat((List<?>) browser.run("""
                        return [...document.querySelectorAll('a, button, summary, input, select, [tabindex="0"]')]
                            .filter((each) => each.tabIndex < 0)
                            .map((each) => each.outerHTML)
                        """))
                .as("what the keyboard cannot reach")
                .isEmpty();

        browser.run("document.getElementById('pause').focus()");
        browser.press(Keys.SPACE);
        assertThat(browser.run("return document.getElementById('pause').getAttribute('aria-pressed')"))
                .isEqualTo("true");
        browser.run("document.querySelector('#map summary').focus()");
        browser.press(Keys.ENTER);
        until("the reasons are there", () -> browser.text("#map details ol").contains("exit: peer-"));
        assertQuiet();
    }

    @Test
    void nothingMovesForWhoWantsNoMotion() {
        String animation =
                "return getComputedStyle(document.querySelector('#map li.flows .path li + li'), '::before').animationName";
        String flows = "return !!document.querySelector('#map li.flows')";
        until("traffic is marked", () -> browser.isTrue(flows) && !"none".equals(browser.run(animation)));
        browser.media("light", true);
        until("it stands still", () -> browser.isTrue(flows) && "none".equals(browser.run(animation)));
        assertQuiet();
    }

    @Test
    void aNodeIsShownWithWhatItCarries() throws IOException {
        watched.watchARelay();
        until("the node is shown", () -> browser.text("#sentence").startsWith("Serving: "));
        assertThat(browser.text("#levels-title")).isEqualTo("Circuits of others");
        assertThat(browser.text("#served")).contains("Circuits that run through", "Carried");
        assertThat(browser.text("#circuits-section")).isEmpty();
        until("what it carries is drawn", () -> drawn("#throughput", "--series-0") > 50);
        assertThat(browser.barriers()).isEmpty();
        assertQuiet();
    }

    @Test
    void saysWhenTheCommandHasEnded() {
        watched.end();
        until("it says so", () -> browser.text("#stale").contains("does not answer any more"));
    }
}
