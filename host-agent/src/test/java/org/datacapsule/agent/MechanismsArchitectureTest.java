package org.datacapsule.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.datacapsule.agent", importOptions = DoNotIncludeTests.class)
class MechanismsArchitectureTest {
    @ArchTest
    static final ArchRule ONLY_LIBVIRT_SPEAKS_TO_LIBVIRT = noClasses()
            .that()
            .resideOutsideOfPackage("..agent.libvirt..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.libvirt..", "com.sun.jna..");

    @ArchTest
    static final ArchRule ONLY_PROCESS_STARTS_PROGRAMS = noClasses()
            .that()
            .resideOutsideOfPackage("..agent.process..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.ProcessBuilder")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.Runtime");
}
