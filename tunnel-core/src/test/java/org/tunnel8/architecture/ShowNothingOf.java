package org.tunnel8.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;

/** Holds where nothing that an application can see of a type names a type of some packages, in generics neither. */
final class ShowNothingOf extends ArchCondition<JavaClass> {
    private final String hiddenPackage;

    ShowNothingOf(String hiddenPackage) {
        super("show nothing of " + hiddenPackage);
        this.hiddenPackage = hiddenPackage;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        if (!isVisible(type)) {
            return;
        }
        List<JavaType> parents = new ArrayList<>(type.getInterfaces());
        type.getSuperclass().ifPresent(parents::add);
        type.getTypeParameters().forEach(parameter -> parents.addAll(parameter.getUpperBounds()));
        report(type.getFullName(), type, parents, events);
        for (JavaMember member : type.getMembers()) {
            if (isShown(member)) {
                report(member.getFullName(), type, typesOf(member), events);
            }
        }
    }

    private void report(String where, JavaClass type, List<JavaType> types, ConditionEvents events) {
        for (JavaType shown : types) {
            for (JavaClass involved : shown.getAllInvolvedRawTypes()) {
                if ((involved.getPackageName() + ".").startsWith(hiddenPackage + ".")) {
                    events.add(SimpleConditionEvent.violated(type, where + " shows " + involved.getName()));
                }
            }
        }
    }

    private static List<JavaType> typesOf(JavaMember member) {
        List<JavaType> types = new ArrayList<>();
        if (member instanceof JavaField field) {
            types.add(field.getType());
        } else if (member instanceof JavaCodeUnit unit) {
            types.add(unit.getReturnType());
            types.addAll(unit.getParameterTypes());
            types.addAll(unit.getExceptionTypes());
            unit.getTypeParameters().forEach(parameter -> types.addAll(parameter.getUpperBounds()));
        }
        return types;
    }

    private static boolean isVisible(JavaClass type) {
        return isShown(type)
                && type.getEnclosingClass().map(ShowNothingOf::isVisible).orElse(true);
    }

    private static boolean isShown(HasModifiers element) {
        return element.getModifiers().contains(JavaModifier.PUBLIC)
                || element.getModifiers().contains(JavaModifier.PROTECTED);
    }
}
