package org.tunnel8.crypto;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The layer ciphers this machine has: the JDK's, and Conscrypt's where its jar is there and has a native library for
 * the system. Each has passed a self-test against RFC 8439 before it is listed. On the module path, Conscrypt counts as
 * there only if its module is resolved, by {@code --add-modules org.conscrypt} or because the application requires it.
 *
 * <p>Thread-safe. The self-tests run once per process, on first use; the comparison of speeds too.
 */
public final class LayerCiphers {
    private static @Nullable List<LayerCipherProvider> tested;
    private static @Nullable LayerCipherProvider compared;

    private LayerCiphers() {}

    /**
     * The providers that can be used.
     *
     * @return at least one, the JDK's first; unmodifiable
     * @throws IllegalStateException if not even the JDK's passes its self-test
     */
    public static synchronized List<LayerCipherProvider> available() {
        List<LayerCipherProvider> known = tested;
        if (known == null) {
            known = passing(JceLayerCipherProvider.jdk(), JceLayerCipherProvider.conscrypt());
            tested = known;
        }
        return known;
    }

    /**
     * The provider that is fastest on this machine. The first call compares them, which takes a fraction of a second.
     *
     * @param nanoClock tells the time in nanoseconds, as {@code System::nanoTime} does
     * @return the provider
     * @throws IllegalStateException if not even the JDK's passes its self-test
     */
    public static synchronized LayerCipherProvider fastest(LongSupplier nanoClock) {
        LayerCipherProvider known = compared;
        if (known == null) {
            known = fastestOf(available(), nanoClock);
            compared = known;
        }
        return known;
    }

    /**
     * The provider of a name.
     *
     * @param name {@code jdk} or {@code conscrypt}
     * @return the provider
     * @throws IllegalArgumentException if there is none of that name here; the message lists those there are
     * @throws IllegalStateException if not even the JDK's passes its self-test
     */
    public static LayerCipherProvider named(String name) {
        for (LayerCipherProvider provider : available()) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new IllegalArgumentException("no layer cipher \"" + name + "\" on this machine; there is "
                + available().stream().map(LayerCipherProvider::name).collect(Collectors.joining(", ")));
    }

    static LayerCipherProvider fastestOf(List<LayerCipherProvider> providers, LongSupplier nanoClock) {
        LayerCipherProvider fastest = providers.get(0);
        long best = Long.MAX_VALUE;
        for (LayerCipherProvider provider : providers) {
            long nanos = providers.size() == 1 ? 0 : LayerCipherSelfTest.nanosPerLayer(provider, nanoClock);
            if (nanos < best) {
                best = nanos;
                fastest = provider;
            }
        }
        return fastest;
    }

    /** Those of some providers that pass the self-test. */
    static List<LayerCipherProvider> passing(@Nullable LayerCipherProvider... providers) {
        List<LayerCipherProvider> passing = new ArrayList<>();
        for (LayerCipherProvider provider : providers) {
            if (provider != null && LayerCipherSelfTest.passes(provider)) {
                passing.add(provider);
            }
        }
        if (passing.isEmpty()) {
            throw new IllegalStateException(
                    "no layer cipher of this Java runtime passes the self-test; " + "check its security providers");
        }
        return List.copyOf(passing);
    }
}
