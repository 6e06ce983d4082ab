package org.tunnel8.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.tunnel8.architecture.Accesses.anyMemberOf;
import static org.tunnel8.architecture.Accesses.constructorOf;
import static org.tunnel8.architecture.Accesses.methodOf;
import static org.tunnel8.architecture.Accesses.methodsNamed;
import static org.tunnel8.architecture.Accesses.methodsOf;
import static org.tunnel8.architecture.Accesses.oneOf;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The directions of {@code docs/architecture.md} that the compiler does not hold.
 *
 * <p>Each rule is made for a base package, so that one and the same rule runs over the product and over the violating
 * classes in {@code org.tunnel8.architecture.fixture}.
 */
enum Rule {
    NO_CYCLES_BETWEEN_PACKAGES(
            base -> slices().assignedFrom(Floors.onePackageEach(base)).should().beFreeOfCycles()),

    PACKAGES_LOOK_DOWN_ONLY(base -> classes().should(Floors.lookDownOnly(base))),

    NETTY_STAYS_AT_THE_EDGES(base -> noClasses()
            .that(not(resideInAnyPackage(Floors.edges(base))))
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty.."))
            .because("protocol logic must run without a socket")),

    MICROMETER_STAYS_WITH_ITS_READERS(base -> noClasses()
            .that(not(resideInAPackage(base + ".meters..")).and(not(simpleNameEndingWith("Builder"))))
            .should()
            .dependOnClassesThat(resideInAPackage("io.micrometer.."))
            .because("everything must run without its jar")),

    PURE_CODE_OPENS_NO_SOCKET(base -> pureCode(base)
            .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.channels..", "javax.net..")
                    .and(not(oneOf(
                            SocketAddress.class,
                            InetSocketAddress.class,
                            InetAddress.class,
                            Inet4Address.class,
                            Inet6Address.class,
                            UnknownHostException.class))))
            .because("there addresses are plain values and sockets do not exist")),

    PURE_CODE_LOOKS_UP_NO_NAME(base -> pureCode(base)
            .accessTargetWhere(methodsOf(InetAddress.class, "getByName", "getAllByName", "getLocalHost")
                    .or(methodsOf(InetAddress.class, "getHostName", "getCanonicalHostName", "isReachable"))
                    .or(methodsOf(InetSocketAddress.class, "getHostName"))
                    .or(constructorOf(InetSocketAddress.class, String.class, int.class)))
            .because("a look-up blocks, and it tells a name server whom the user talks to")),

    PURE_CODE_READS_NO_CLOCK(base -> pureCode(base)
            .accessTargetWhere(methodsOf(System.class, "nanoTime", "currentTimeMillis")
                    .or(methodsNamed("now", "java.time"))
                    .or(anyMemberOf(java.time.Clock.class))
                    .or(constructorOf(java.util.Date.class)))
            .because("time is told, so that it can be virtual")),

    /** One exception: the salt of the labels in logs (D12), which no run may repeat and no behaviour depends on. */
    PURE_CODE_MAKES_NO_RANDOMNESS(base -> noClasses()
            .that(resideInAnyPackage(Floors.pure(base)))
            .and()
            .doNotHaveFullyQualifiedName(base + ".crypto.PeerLabel")
            .should()
            .accessTargetWhere(methodsOf(Math.class, "random")
                    .or(methodsOf(StrictMath.class, "random"))
                    .or(methodsOf(UUID.class, "randomUUID"))
                    .or(methodsOf(RandomGenerator.class, "of", "getDefault"))
                    .or(methodOf(Collections.class, "shuffle", List.class))
                    .or(anyMemberOf(java.security.SecureRandom.class))
                    .or(anyMemberOf(Random.class))
                    .or(anyMemberOf(SplittableRandom.class))
                    .or(anyMemberOf(ThreadLocalRandom.class))
                    .or(anyMemberOf(RandomGeneratorFactory.class)))
            .because("randomness is handed in, so that a run repeats from its seed")),

    PURE_CODE_STARTS_NO_THREAD(base -> pureCode(base)
            .dependOnClassesThat(assignableTo(Thread.class)
                    .or(assignableTo(ThreadLocal.class))
                    .or(assignableTo(Executor.class))
                    .or(oneOf(Executors.class, Timer.class)))
            .because("the engine runs on one thread, and that thread belongs to its driver")),

    PURE_CODE_HANDS_NOTHING_TO_A_POOL(base -> pureCode(base)
            .accessTargetWhere(Accesses.asynchronousStep()
                    .or(methodsOf(CompletableFuture.class, "orTimeout", "completeOnTimeout", "delayedExecutor")))
            .because("what runs on a pool runs beside the engine's thread")),

    ENGINE_LOCKS_NOTHING(base -> noMethods()
            .that()
            .areDeclaredInClassesThat(resideInAnyPackage(Floors.engine(base)))
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED)
            .because("one thread needs no lock")),

    ENGINE_USES_NO_LOCK_TYPE(base -> noClasses()
            .that(resideInAnyPackage(Floors.engine(base)))
            .should()
            .dependOnClassesThat(resideInAPackage("java.util.concurrent.locks.."))
            .because("one thread needs no lock")),

    CRYPTO_KNOWS_NO_NETWORK(base -> noClasses()
            .that(resideInAPackage(base + ".crypto.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.net..", "java.nio.channels..", "java.nio.file..", "javax.net..", "io.netty.."))
            .because("keys and layers are the same wherever the bytes come from")),

    WIRE_DOES_NO_IO(base -> noClasses()
            .that(resideInAPackage(base + ".wire.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio.channels..", "java.nio.file..")
                    .and(not(oneOf(IOException.class, Serial.class, Serializable.class))))
            .because("codecs turn bytes into values and back, and nothing else")),

    PUBLIC_API_SHOWS_NO_NETTY(base -> classes()
            .that(resideInAnyPackage(base, base + ".node", base + ".simulation", base + ".testing"))
            .should(new ShowNothingOf("io.netty"))
            .because("an application must be able to ignore what the edge is made of"));

    private final Function<String, ArchRule> definition;

    Rule(Function<String, ArchRule> definition) {
        this.definition = definition;
    }

    /** The rule as it applies to a base package and what lies below it. */
    ArchRule over(String basePackage) {
        return definition.apply(basePackage);
    }

    private static ClassesShould pureCode(String base) {
        return noClasses().that(resideInAnyPackage(Floors.pure(base))).should();
    }
}
