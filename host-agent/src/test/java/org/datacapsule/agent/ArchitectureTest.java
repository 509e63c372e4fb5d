package org.datacapsule.agent;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The lines the house stands on (architecture, "Rules that hold the house up"). */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.datacapsule.agent");

    @Test
    void onlyOnePackageKnowsLibvirtAndNativeCode() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("..agent.libvirt..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.libvirt..", "com.sun.jna.."));
    }

    @Test
    void onlyOnePackageStartsPrograms() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("..agent.process..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder")
                .orShould()
                .callMethodWhere(target(owner(type(Runtime.class))).and(target(name("exec")))));
    }

    @Test
    void nobodyTouchesTheEventBus() {
        check(noClasses().should().dependOnClassesThat().resideInAnyPackage("io.vertx..", "com.hazelcast.."));
    }

    @Test
    void commandsAreWrittenAgainstThePortAlone() {
        check(noClasses()
                .that()
                .resideInAnyPackage("..agent.command..", "..agent.observe..", "..agent.report..", "..agent.journal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..agent.libvirt..",
                        "..agent.network..",
                        "..agent.storage..",
                        "..agent.process..",
                        "..agent.simulated..",
                        "..agent.config..",
                        "..agent.cli.."));
    }

    @Test
    void thePortDependsOnNothingOfTheAgent() {
        check(classes()
                .that()
                .resideInAPackage("..agent.hypervisor..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("..agent.hypervisor..", "org.datacapsule.common..", "java..", "org.jspecify.."));
    }

    @Test
    void onlyTheAssemblyKnowsEverything() {
        check(noClasses()
                .that()
                .resideInAPackage("org.datacapsule.agent.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.datacapsule.agent"));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.datacapsule.agent.(*)..")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }

    private static void check(ArchRule rule) {
        rule.check(OURS);
    }
}
