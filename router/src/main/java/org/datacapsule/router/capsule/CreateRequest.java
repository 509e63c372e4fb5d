package org.datacapsule.router.capsule;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.Parameters;

/** createvm's parameters, within this cluster's limits and the rules the contract's schema cannot say. */
record CreateRequest(
        ImageId image,
        Optional<String> name,
        CapsuleType type,
        int vcpus,
        int memoryMb,
        String loginUserName,
        String loginPassword,
        ResearchPurpose purpose) {

    static CreateRequest from(Parameters parameters, CapsuleConfig limits) {
        CapsuleType type =
                parameters.optionalText("type").map(CapsuleType::parse).orElse(CapsuleType.RESEARCH);
        ResearchPurpose purpose = ResearchPurpose.from(parameters);
        if (purpose.fullAccess().orElse(false)) {
            throw Parameters.invalid(
                    "full_access", "true is a reviewer's decision; false asks for full access, and absent does not");
        }
        if (purpose.fullAccess().isPresent() && type == CapsuleType.DEMO) {
            throw Parameters.invalid("full_access", "a DEMO capsule cannot ask for full access");
        }
        return new CreateRequest(
                parameters.parsed("imageid", ImageId::parse),
                parameters.optionalText("vmName"),
                type,
                within(parameters, "vcpu", 1, limits.mostVcpus()),
                within(parameters, "memory", limits.leastMemoryMb(), limits.mostMemoryMb()),
                parameters.text("loginusername"),
                parameters.text("loginpassword"),
                purpose);
    }

    private static int within(Parameters parameters, String name, int least, int most) {
        int value = parameters.integer(name);
        if (value < least || value > most) {
            throw Parameters.invalid(name, value + " is not in this cluster's limits, " + least + " to " + most);
        }
        return value;
    }

    @Override
    public String toString() {
        return "CreateRequest[image=" + image + ", type=" + type + "]";
    }
}
