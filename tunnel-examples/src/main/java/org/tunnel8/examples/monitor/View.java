package org.tunnel8.examples.monitor;

import com.google.gson.JsonObject;
import java.util.Map;

/** What is shown of a client or a node. For the sampler's thread. */
interface View {
    /**
     * How it is doing.
     *
     * @return labels and figures, without addresses or keys of others (D12), and what is drawn over time
     */
    Look look();

    /**
     * One look.
     *
     * @param status for the page
     * @param totals counts that only grow, drawn as what is added in a second, by the name of their line
     * @param levels figures that are drawn as they are, by the name of their line
     * @param drops what was dropped since the start, by reason
     */
    record Look(JsonObject status, Map<String, Long> totals, Map<String, Double> levels, Map<String, Long> drops) {}
}
