package org.tunnel8.meters;

import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.Socks5Statistics;

/**
 * What the meters of a client or a node read.
 *
 * @param name names it, if nothing else does
 * @param driver its engine's
 * @param callbacks its application's thread
 * @param own what it has as a client; null for a node, which serves others
 */
public record Sources(
        String name,
        EngineDriver driver,
        CallbackThread callbacks,
        @Nullable Own own) {
    /**
     * What a client has besides its engine.
     *
     * @param proxy what the proxy has counted, null before it runs; asked on any thread
     * @param direct what goes directly; asked on the loop's thread
     * @param leases how many leases hold; asked on the loop's thread
     * @param states all states that it can be in
     * @param state the one it is in; asked on any thread
     */
    public record Own(
            Supplier<@Nullable Socks5Statistics> proxy,
            DirectOutside direct,
            IntSupplier leases,
            List<? extends Enum<?>> states,
            Supplier<? extends Enum<?>> state) {}
}
