package org.tunnel8.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The house from the ground up, as {@code docs/architecture.md} draws it: which package stands on which floor.
 *
 * <p>Packages are named relative to the base package; the base package itself is {@link #ROOT}.
 */
final class Floors {
    static final String ROOT = "";

    /** From the lowest up. A package uses lower floors only, never its own floor or a higher one. */
    private static final List<Set<String>> FROM_THE_GROUND = List.of(
            Set.of("crypto", "time", "metrics"),
            Set.of("wire", "shaping"),
            Set.of("wire.walk", "wire.cell", "transport"),
            Set.of("transport.udp", "peer", "cell", "policy"),
            Set.of("walk", "circuit", "relay", "exit", "stream", "proxy", "http"),
            Set.of("engine"),
            Set.of("driver"),
            Set.of("direct"),
            Set.of("meters"),
            Set.of(ROOT),
            Set.of("node"),
            Set.of("testing", "simulation"));

    /** What runs on the engine's thread, in production or simulated; the packages below included. */
    private static final List<String> ENGINE = List.of(
            "time",
            "metrics",
            "shaping",
            "peer",
            "cell",
            "policy",
            "walk",
            "circuit",
            "relay",
            "exit",
            "stream",
            "engine",
            "simulation");

    /** What the engine computes with; applications may use it from any thread. */
    private static final List<String> TOOLS = List.of("crypto", "wire");

    /** Packages that may know Netty, the packages below them included. */
    private static final List<String> EDGES = List.of("transport.udp", "proxy", "http", "direct");

    private Floors() {}

    /** Packages of one thread, which needs no lock. */
    static String[] engine(String base) {
        return patterns(base, ENGINE);
    }

    /** Packages without sockets, clocks, randomness and threads. */
    static String[] pure(String base) {
        List<String> names = new ArrayList<>(TOOLS);
        names.addAll(ENGINE);
        return patterns(base, names);
    }

    static String[] edges(String base) {
        return patterns(base, EDGES);
    }

    static List<Set<String>> fromTheGround() {
        return FROM_THE_GROUND;
    }

    static SliceAssignment onePackageEach(String base) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return isWithin(base, type) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + base;
            }
        };
    }

    static ArchCondition<JavaClass> lookDownOnly(String base) {
        return new ArchCondition<>("use packages of lower floors only") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                int own = floor(base, type);
                if (own < 0) {
                    events.add(SimpleConditionEvent.violated(type, "No floor is given for the package of " + type));
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass used = dependency.getTargetClass();
                    boolean elsewhere =
                            isWithin(base, used) && !used.getPackageName().equals(type.getPackageName());
                    if (elsewhere && floor(base, used) >= own) {
                        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static int floor(String base, JavaClass type) {
        String packageName = type.getPackageName();
        String name = packageName.equals(base) ? ROOT : packageName.substring(base.length() + 1);
        for (int i = 0; i < FROM_THE_GROUND.size(); i++) {
            if (FROM_THE_GROUND.get(i).contains(name)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isWithin(String base, JavaClass type) {
        return (type.getPackageName() + ".").startsWith(base + ".");
    }

    private static String[] patterns(String base, List<String> packages) {
        return packages.stream().map(name -> base + "." + name + "..").toArray(String[]::new);
    }
}
