package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.fuzz.AttackedNode.Roles;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.walk.PeerFlags;

/** What docs/limits.md says of the engine's tables is what the engine says of itself. */
class LimitsDocumentTest {
    private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| [^|]+ \\| ([0-9,]+) \\| [^|]+ \\|");
    private static final String HEADING = "## Tables of the engine";

    @Test
    void everyTableOfTheEngineStandsInTheListWithItsBound() throws IOException {
        Roles everything = new Roles(
                PeerFlags.RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_HTTP, true, true, CircuitSettings.of(3, 2, 20));
        AttackedNode node = new AttackedNode(new VirtualNetwork(1), "5.0.0.1:7001", everything, List.of());
        Map<String, Integer> bounds = new TreeMap<>();
        for (TableSize size : node.engine().tables()) {
            bounds.put(size.table(), size.bound());
        }

        assertThat(listed()).isEqualTo(bounds);
    }

    private static Map<String, Integer> listed() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("tunnel8.root", ".."), "docs", "limits.md"));
        int start = text.indexOf(HEADING);
        String section = text.substring(start, text.indexOf("\n## ", start + 1));
        Map<String, Integer> listed = new TreeMap<>();
        Matcher row = ROW.matcher(section);
        while (row.find()) {
            listed.put(row.group(1), Integer.parseInt(row.group(2).replace(",", "")));
        }
        return listed;
    }
}
