package org.tunnel8.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's chromium without a window, told what to do through its own driver. For one thread. */
final class Browser implements AutoCloseable {
    /** What is looked over in each rule's name: the success criteria of WCAG 2.1 A and AA, and what is good practice. */
    private static final String AXE = """
            const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
                (found) => done(found.violations.map((each) => each.id + ': ' + each.help + ': '
                    + each.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join(' | '))),
                (failure) => done(['axe failed: ' + failure]));
            """;

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Skips the running tests, and says why, where there is no chromium; where every change is tested, there has to be. */
    static Browser open() {
        Optional<File> chromium = program("chromium");
        Optional<File> chromedriver = program("chromedriver");
        boolean isThere = chromium.isPresent() && chromedriver.isPresent();
        String reason =
                "a browser is missing: needs chromium and chromedriver, in Debian the packages chromium and chromium-driver";
        if (!isThere) {
            System.out.println("SKIPPED: " + reason);
            assertThat(System.getenv("CI")).as(reason).isNull();
        }
        assumeTrue(isThere, reason);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow());
        // Without its sandbox, which does not start for root; it sees nothing but this project's own page.
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--force-color-profile=srgb",
                "--hide-scrollbars",
                "--window-size=1280,1000");
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.orElseThrow())
                .usingAnyFreePort()
                .build();
        ChromeDriver driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
        return new Browser(driver);
    }

    private static Optional<File> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst();
    }

    /** Shows a page, from scratch: as a desktop has it, in light colours, with nothing logged so far. */
    void show(String url) {
        desktop();
        media("light", false);
        // The page shown before asks on and on, and what it asks while the next one is on its way would count as that
        // one's.
        driver.get("about:blank");
        driver.manage().logs().get(LogType.BROWSER);
        driver.manage().logs().get(LogType.PERFORMANCE);
        driver.get(url);
    }

    void reload() {
        driver.navigate().refresh();
    }

    void desktop() {
        size(1280, 1000, false);
    }

    void phone() {
        size(360, 740, true);
    }

    void size(int width, int height, boolean mobile) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", mobile));
    }

    /** What the system's user prefers. */
    void media(String colours, boolean reducedMotion) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", colours),
                                Map.of(
                                        "name",
                                        "prefers-reduced-motion",
                                        "value",
                                        reducedMotion ? "reduce" : "no-preference"))));
    }

    /** Runs a script's body in the page. */
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** The text of the first element that a selector finds, as it is seen; empty if it is not. */
    String text(String selector) {
        return String.valueOf(run("""
                const found = document.querySelector(arguments[0]);
                return found && found.checkVisibility() ? found.innerText : '';
                """, selector));
    }

    /** The texts of all elements that a selector finds. */
    List<String> texts(String selector) {
        List<String> texts = new ArrayList<>();
        for (Object text : (List<?>)
                run("return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector)) {
            texts.add(String.valueOf(text));
        }
        return texts;
    }

    boolean isTrue(String script, Object... arguments) {
        return Boolean.TRUE.equals(run(script, arguments));
    }

    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    void tab() {
        press(Keys.TAB);
    }

    /** What keeps people out, by axe's rules, contrast among them. */
    List<String> barriers() throws IOException {
        if (!isTrue("return typeof axe === 'object'")) {
            run(resource("/META-INF/resources/webjars/axe-core/" + axeVersion() + "/axe.min.js"));
        }
        List<String> barriers = new ArrayList<>();
        for (Object each : (List<?>) driver.executeAsyncScript(AXE)) {
            barriers.add(String.valueOf(each));
        }
        return barriers;
    }

    private static String axeVersion() throws IOException {
        Properties properties = new Properties();
        properties.load(new java.io.StringReader(resource("/META-INF/maven/org.webjars.npm/axe-core/pom.properties")));
        return properties.getProperty("version");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Browser.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Warnings and errors of the console since the page was shown, refused contents among them. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                // The test's own look at what is drawn, and axe's.
                .filter(message -> !message.contains("Multiple readback operations using getImageData"))
                .toList();
    }

    /** What was asked for since the page was shown. */
    List<String> requests() {
        List<String> urls = new ArrayList<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            JsonObject message =
                    JsonParser.parseString(entry.getMessage()).getAsJsonObject().getAsJsonObject("message");
            if (message.get("method").getAsString().equals("Network.requestWillBeSent")) {
                urls.add(message.getAsJsonObject("params")
                        .getAsJsonObject("request")
                        .get("url")
                        .getAsString());
            }
        }
        return urls;
    }

    void screenshot(Path file) throws IOException {
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
