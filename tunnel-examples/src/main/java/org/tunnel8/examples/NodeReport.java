package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.util.Locale;
import org.tunnel8.node.LendingStatus;
import org.tunnel8.node.NodeStatus;

/** Reports how a node is doing: the circuits it serves, and how much of what it lends is used and left. */
final class NodeReport {
    private static final double MEBI = 1 << 20;

    private NodeReport() {}

    static void status(Report report, NodeStatus status) {
        LendingStatus lending = status.lending();
        JsonObject line = new JsonObject();
        line.addProperty("event", "status");
        line.addProperty("peers", status.peers());
        line.addProperty("joinedCircuits", status.joinedCircuits());
        line.addProperty("relayedCircuits", status.relayedCircuits());
        line.addProperty("carriedBytes", lending.carriedBytes());
        line.addProperty("waitingBytes", lending.waitingBytes());
        if (lending.bytesPerSecond() > 0) {
            line.addProperty("bandwidthBytesPerSecond", lending.bytesPerSecond());
        }
        lending.quota().ifPresent(quota -> {
            line.addProperty("quotaBytes", quota.bytesPerMonth());
            line.addProperty("quotaUsedBytes", quota.usedBytes());
            line.addProperty("quotaLeftBytes", quota.leftBytes());
            line.addProperty("quotaUsedUp", quota.isUsedUp());
            line.addProperty("quotaRenewal", quota.renewal().toString());
        });
        JsonObject drops = new JsonObject();
        status.drops().forEach(drops::addProperty);
        line.add("drops", drops);
        report.json(line);
        report.text(
                "%d peers, %d circuits end here and %d run through, %s carried for others%s",
                status.peers(),
                status.joinedCircuits(),
                status.relayedCircuits(),
                mebibytes(lending.carriedBytes()),
                lending.quota().map(NodeReport::left).orElse(""));
    }

    private static String left(LendingStatus.Quota quota) {
        return ", " + mebibytes(quota.leftBytes()) + " of " + mebibytes(quota.bytesPerMonth()) + " left until "
                + quota.renewal();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBI);
    }
}
