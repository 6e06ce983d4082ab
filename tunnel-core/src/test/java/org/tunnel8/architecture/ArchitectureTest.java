package org.tunnel8.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tunnel8.architecture.fixture.circuit.UsesItsNeighbour;
import org.tunnel8.architecture.fixture.crypto.OpensAFile;
import org.tunnel8.architecture.fixture.engine.CountsInARegistry;
import org.tunnel8.architecture.fixture.engine.HandsWorkToAPool;
import org.tunnel8.architecture.fixture.engine.Locks;
import org.tunnel8.architecture.fixture.engine.LooksUpNames;
import org.tunnel8.architecture.fixture.engine.MakesRandomness;
import org.tunnel8.architecture.fixture.engine.OpensSockets;
import org.tunnel8.architecture.fixture.engine.ReadsTheClock;
import org.tunnel8.architecture.fixture.engine.StartsThreads;
import org.tunnel8.architecture.fixture.engine.StaysPure;
import org.tunnel8.architecture.fixture.engine.UsesLockTypes;
import org.tunnel8.architecture.fixture.engine.UsesNetty;
import org.tunnel8.architecture.fixture.node.ShowsNetty;
import org.tunnel8.architecture.fixture.peer.LooksUp;
import org.tunnel8.architecture.fixture.unplanned.HasNoFloor;
import org.tunnel8.architecture.fixture.wire.ReadsFiles;
import org.tunnel8.project.Markdown;
import org.tunnel8.project.ProjectFiles;

/** Holds the product to its architecture, and the rules to their word: each is seen red on code that breaks it. */
class ArchitectureTest {
    private static final String PRODUCT = "org.tunnel8";
    private static final String FIXTURE = "org.tunnel8.architecture.fixture";

    private static JavaClasses product;

    @BeforeAll
    static void importProduct() {
        product = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(PRODUCT);
    }

    @ParameterizedTest
    @EnumSource
    void productKeeps(Rule rule) {
        rule.over(PRODUCT).check(product);
    }

    @Test
    void seesAClassOfEveryPackageOfThePlan() {
        Set<String> seen = product.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        assertThat(Floors.fromTheGround().stream().flatMap(Set::stream).filter(name -> !name.equals("stream")))
                .map(name -> name.equals(Floors.ROOT) ? PRODUCT : PRODUCT + "." + name)
                .isSubsetOf(seen);
    }

    @Test
    void documentDrawsTheSameFloors() {
        List<String> drawn =
                new Markdown(ProjectFiles.ofThisProject().text("docs/architecture.md")).codeAfter("<!-- floors");
        List<Set<String>> fromTheGround = new ArrayList<>();
        for (String floor : drawn) {
            fromTheGround.add(0, Set.of(floor.replace("(root)", Floors.ROOT).split(" ", -1)));
        }
        assertThat(fromTheGround).isEqualTo(Floors.fromTheGround());
    }

    static Stream<Arguments> violations() {
        return Stream.of(
                Arguments.of(Rule.NETTY_STAYS_AT_THE_EDGES, UsesNetty.class),
                Arguments.of(Rule.MICROMETER_STAYS_WITH_ITS_READERS, CountsInARegistry.class),
                Arguments.of(Rule.PURE_CODE_OPENS_NO_SOCKET, OpensSockets.class),
                Arguments.of(Rule.PURE_CODE_LOOKS_UP_NO_NAME, LooksUpNames.class),
                Arguments.of(Rule.PURE_CODE_READS_NO_CLOCK, ReadsTheClock.class),
                Arguments.of(Rule.PURE_CODE_MAKES_NO_RANDOMNESS, MakesRandomness.class),
                Arguments.of(Rule.PURE_CODE_STARTS_NO_THREAD, StartsThreads.class),
                Arguments.of(Rule.PURE_CODE_HANDS_NOTHING_TO_A_POOL, HandsWorkToAPool.class),
                Arguments.of(Rule.ENGINE_LOCKS_NOTHING, Locks.class),
                Arguments.of(Rule.ENGINE_USES_NO_LOCK_TYPE, UsesLockTypes.class),
                Arguments.of(Rule.CRYPTO_KNOWS_NO_NETWORK, OpensAFile.class),
                Arguments.of(Rule.WIRE_DOES_NO_IO, ReadsFiles.class),
                Arguments.of(Rule.PUBLIC_API_SHOWS_NO_NETTY, ShowsNetty.class),
                Arguments.of(Rule.PACKAGES_LOOK_DOWN_ONLY, LooksUp.class),
                Arguments.of(Rule.PACKAGES_LOOK_DOWN_ONLY, UsesItsNeighbour.class));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void namesEveryMethodThatBreaks(Rule rule, Class<?> offender) {
        List<String> report = violations(rule, offender);
        assertThat(offender.getDeclaredMethods()).isNotEmpty();
        assertThat(Arrays.stream(offender.getDeclaredMethods()).filter(method -> !method.isSynthetic()))
                .allSatisfy(method -> assertThat(report)
                        .as("what the rule says of " + method.getName())
                        .anyMatch(line -> line.contains(offender.getSimpleName() + "." + method.getName())));
    }

    @Test
    void findsAPackageThatStandsOnNoFloor() {
        assertThat(violations(Rule.PACKAGES_LOOK_DOWN_ONLY, HasNoFloor.class))
                .singleElement()
                .asString()
                .contains("No floor is given");
    }

    @Test
    void findsACycleBetweenPackages() {
        EvaluationResult result = Rule.NO_CYCLES_BETWEEN_PACKAGES
                .over(FIXTURE)
                .evaluate(new ClassFileImporter().importPackages(FIXTURE + ".peer", FIXTURE + ".walk"));
        assertThat(result.getFailureReport().getDetails())
                .singleElement()
                .asString()
                .contains("Cycle detected");
    }

    @Test
    void findsNettyInWhatAPublicTypeInherits() {
        assertThat(violations(Rule.PUBLIC_API_SHOWS_NO_NETTY, ShowsNetty.Inherited.class))
                .isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void leavesPureCodeAlone(Rule rule) {
        assertThat(violations(rule, StaysPure.class)).isEmpty();
    }

    private static List<String> violations(Rule rule, Class<?> type) {
        return rule.over(FIXTURE)
                .allowEmptyShould(true)
                .evaluate(new ClassFileImporter().importClasses(type))
                .getFailureReport()
                .getDetails();
    }
}
