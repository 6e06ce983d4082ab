package org.tunnel8.examples;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Where a command tells what happens: in words for a person, or in lines of JSON for a program.
 *
 * <p>Each event is given in both forms; the one that was asked for is printed. Thread-safe.
 */
final class Report {
    private static final Gson GSON =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final int BAR_WIDTH = 100;
    private static final int BAR_UPDATE_MILLIS = 200;
    private static final double PLACES = 1000;

    private final Surroundings surroundings;
    private final boolean json;
    private final Map<String, String> forFirstLine = new LinkedHashMap<>();

    Report(Surroundings surroundings, boolean json) {
        this.surroundings = surroundings;
        this.json = json;
    }

    boolean isJson() {
        return json;
    }

    /**
     * Prints a line of JSON, if that was asked for.
     *
     * @param line a whole event or result
     */
    void json(JsonObject line) {
        if (json) {
            synchronized (this) {
                forFirstLine.forEach(line::addProperty);
                forFirstLine.clear();
                String text = GSON.toJson(line);
                surroundings.out().println(text);
                surroundings.out().flush();
            }
        }
    }

    /**
     * Has the next line of JSON, whichever it is, bear a field besides its own. To be called before there is any.
     *
     * @param name the field's name
     * @param value its value
     */
    synchronized void onFirstLine(String name, String value) {
        forFirstLine.put(name, value);
    }

    /**
     * Prints a line of text, if JSON was not asked for.
     *
     * @param format as for {@link String#format}
     * @param values as for {@link String#format}
     */
    void text(String format, Object... values) {
        if (!json) {
            String text = String.format(Locale.ROOT, format, values);
            synchronized (this) {
                surroundings.out().println(text);
                surroundings.out().flush();
            }
        }
    }

    /**
     * Prints a line that whoever watches should see, in either form, on standard error.
     *
     * @param message one line
     */
    void warn(String message) {
        surroundings.err().println(message);
    }

    /**
     * Draws a progress bar if a person watches, and nothing otherwise.
     *
     * @param title what is under way
     * @param bytes how many bytes there are in all
     * @return the bar, to be moved and closed
     */
    Progress progress(String title, long bytes) {
        return json || !surroundings.terminal() ? Progress.NONE : new Bar(title, bytes);
    }

    /** Rounds a figure to three places, so that lines stay readable. */
    static double rounded(double value) {
        return Math.round(value * PLACES) / PLACES;
    }

    /** Something that moves on towards its end. */
    interface Progress extends AutoCloseable {
        /** Draws nothing. */
        Progress NONE = doneBytes -> {};

        void at(long doneBytes);

        @Override
        default void close() {}
    }

    private final class Bar implements Progress {
        private final ProgressBar bar;

        Bar(String title, long bytes) {
            bar = new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(bytes)
                    .setUnit(" MiB", 1 << 20)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(BAR_UPDATE_MILLIS)
                    .showSpeed()
                    .setConsumer(new ConsoleProgressBarConsumer(surroundings.err(), BAR_WIDTH))
                    .build();
        }

        @Override
        public void at(long doneBytes) {
            bar.stepTo(doneBytes);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
