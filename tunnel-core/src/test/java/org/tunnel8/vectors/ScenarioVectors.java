package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs scenario.json: what it tells must fit its bytes, and engines in the place of its nodes must do what those did.
 */
final class ScenarioVectors {
    private ScenarioVectors() {}

    static int run(VectorFile file) {
        for (Entry entry : file.root().list("scenarios")) {
            entry.put(each -> scenario(file, each));
        }
        return file.finish();
    }

    private static void scenario(VectorFile file, Entry entry) {
        Scenario scenario = Scenario.read(entry);
        TranscriptCheck.run(entry, scenario);
        int datagrams = scenario.datagrams().size();
        String letter = scenario.name().split(":", 2)[0];
        if (scenario.hops().isEmpty()) {
            file.counted("datagrams of " + letter + ", read only", datagrams);
            file.leftOut("roles of " + letter, scenario.nodes().size(), "hidden services are not built");
            file.note(letter + " is not replayed, hidden services are not built: its datagrams are read and checked");
            return;
        }
        int handedIn = 0;
        int compared = 0;
        for (Scenario.Node node : scenario.nodes()) {
            RoleReplay.Outcome outcome = RoleReplay.run(scenario, node);
            handedIn += outcome.handedIn();
            compared += outcome.compared();
            file.note(letter + " in the place of " + node.name() + ": "
                    + outcome.handedIn() + " datagrams handed in, " + outcome.compared() + " compared ("
                    + outcome.otherStyle() + " in the style that the peer has shown); requests repeated by our walker: "
                    + outcome.repeated());
        }
        // Each has been taken by an engine and sent by one, but for the outside's part.
        long fromOutside = scenario.datagrams().stream()
                .filter(recorded -> recorded.to().equals(scenario.outsideSocket()))
                .count();
        long toOutside = scenario.datagrams().stream()
                .filter(recorded -> recorded.from().equals(scenario.outsideSocket()))
                .count();
        assertThat(handedIn).isEqualTo(datagrams - toOutside);
        assertThat(compared).isEqualTo(datagrams - fromOutside);
        file.counted("datagrams of " + letter, datagrams);
    }
}
