package org.tunnel8.interop;

import java.util.Locale;

/** Prints what was measured, one line each, for the report in docs/interop.md. */
final class Figures {
    private Figures() {}

    static void print(String format, Object... values) {
        System.out.println("figure: " + String.format(Locale.ROOT, format, values));
    }
}
