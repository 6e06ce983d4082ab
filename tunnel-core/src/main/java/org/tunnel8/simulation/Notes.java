package org.tunnel8.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What is worth knowing of a run besides its figures: lines with their time, the first hundred of them, and sums. */
final class Notes implements Consumer<String> {
    private static final int MOST = 100;
    private static final double NANOS_PER_SECOND = 1e9;

    private final SimulatedNetwork network;
    private final List<Note> notes = new ArrayList<>();

    private record Note(long atNanos, String text) {}

    Notes(SimulatedNetwork network) {
        this.network = network;
    }

    @Override
    public void accept(String text) {
        at(network.nowNanos(), text);
    }

    void at(long nanos, String text) {
        if (notes.size() < MOST) {
            notes.add(new Note(nanos, text));
        }
    }

    /** One of the few that sum a run up, and stand whatever came before. */
    void sumUp(String text) {
        notes.add(new Note(network.nowNanos(), text));
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / NANOS_PER_SECOND);
    }

    List<String> lines() {
        return notes.stream()
                .sorted(Comparator.comparingLong(Note::atNanos))
                .map(note -> seconds(note.atNanos()) + ": " + note.text())
                .toList();
    }
}
