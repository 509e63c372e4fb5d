package org.datacapsule.common;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The lines the house stands on (architecture, "Rules that hold the house up"). */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.datacapsule.common");

    @Test
    void onlyTheBusKnowsTheEventBusAndHazelcast() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..common.bus..", "..common.transfer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "com.hazelcast..")
                .check(OURS);
    }

    /** It serves files over HTTP. */
    @Test
    void ofVertxTheTransferOfFilesKnowsNoBus() {
        noClasses()
                .that()
                .resideInAPackage("..common.transfer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.core.eventbus..", "io.vertx.spi.cluster..", "com.hazelcast..")
                .check(OURS);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.datacapsule.common.(*)..")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }
}
