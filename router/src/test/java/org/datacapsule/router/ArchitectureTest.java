package org.datacapsule.router;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The lines between the router's packages. */
@AnalyzeClasses(packages = "org.datacapsule.router", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ONLY_HTTP_AND_THE_ASSEMBLY_KNOW_THE_WEB = noClasses()
            .that()
            .resideOutsideOfPackages("org.datacapsule.router", "org.datacapsule.router.http")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.vertx.ext.web..", "io.vertx.openapi..", "io.vertx.ext.auth..", "io.netty..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("org.datacapsule.router.(*)..").should().beFreeOfCycles();
}
