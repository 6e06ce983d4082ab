package org.tunnel8.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Predicates on calls, constructor calls and method references alike. */
final class Accesses {
    private static final String CONSTRUCTOR = "<init>";

    private Accesses() {}

    /** The methods of a type with any of these names, whatever their parameters. */
    static DescribedPredicate<JavaAccess<?>> methodsOf(Class<?> owner, String... names) {
        Set<String> wanted = Set.of(names);
        return accesses(
                owner.getSimpleName() + "." + String.join("|", names),
                access -> ownedBy(access, owner)
                        && wanted.contains(access.getTarget().getName()));
    }

    /** The method of a type with this name and exactly these parameters. */
    static DescribedPredicate<JavaAccess<?>> methodOf(Class<?> owner, String name, Class<?>... parameters) {
        return accesses(
                owner.getSimpleName() + "." + name + signature(parameters),
                access -> ownedBy(access, owner)
                        && access.getTarget().getName().equals(name)
                        && takes(access, parameters));
    }

    /** The constructor of a type with exactly these parameters. */
    static DescribedPredicate<JavaAccess<?>> constructorOf(Class<?> owner, Class<?>... parameters) {
        return accesses(
                "new " + owner.getSimpleName() + signature(parameters),
                access -> ownedBy(access, owner)
                        && access.getTarget().getName().equals(CONSTRUCTOR)
                        && takes(access, parameters));
    }

    /** Everything of a type and its subtypes: constructors, methods and fields. */
    static DescribedPredicate<JavaAccess<?>> anyMemberOf(Class<?> owner) {
        return accesses(
                owner.getSimpleName(), access -> access.getTarget().getOwner().isAssignableTo(owner));
    }

    /** All methods of this name in the types of a package and of the packages below it. */
    static DescribedPredicate<JavaAccess<?>> methodsNamed(String name, String packageName) {
        return accesses(
                packageName + ".." + name,
                access -> access.getTarget().getName().equals(name)
                        && (access.getTarget().getOwner().getPackageName() + ".").startsWith(packageName + "."));
    }

    /** Steps of a future that run on a pool. */
    static DescribedPredicate<JavaAccess<?>> asynchronousStep() {
        return accesses(
                "CompletableFuture.*Async",
                access -> ownedBy(access, CompletableFuture.class)
                        && access.getTarget().getName().endsWith("Async"));
    }

    /** Any of these types. */
    static DescribedPredicate<JavaClass> oneOf(Class<?>... types) {
        return DescribedPredicate.describe(
                "one of " + Arrays.stream(types).map(Class::getSimpleName).toList(),
                candidate -> Arrays.stream(types).anyMatch(candidate::isEquivalentTo));
    }

    private static DescribedPredicate<JavaAccess<?>> accesses(String what, Predicate<JavaAccess<?>> test) {
        return DescribedPredicate.describe(what, test);
    }

    private static boolean ownedBy(JavaAccess<?> access, Class<?> owner) {
        return access.getTarget().getOwner().isEquivalentTo(owner);
    }

    private static boolean takes(JavaAccess<?> access, Class<?>... parameters) {
        List<String> expected = Arrays.stream(parameters).map(Class::getName).toList();
        return access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().stream()
                        .map(JavaClass::getName)
                        .toList()
                        .equals(expected);
    }

    private static String signature(Class<?>... parameters) {
        return "("
                + String.join(
                        ", ",
                        Arrays.stream(parameters).map(Class::getSimpleName).toList()) + ")";
    }
}
