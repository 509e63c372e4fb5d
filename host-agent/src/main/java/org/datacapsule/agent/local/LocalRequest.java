package org.datacapsule.agent.local;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.SecureVolume;

/** What a script asks for, of the capsule whose working directory it names. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LocalRequest.Create.class, name = "create"),
    @JsonSubTypes.Type(value = LocalRequest.Launch.class, name = "launch"),
    @JsonSubTypes.Type(value = LocalRequest.Query.class, name = "query"),
    @JsonSubTypes.Type(value = LocalRequest.Switch.class, name = "switch"),
    @JsonSubTypes.Type(value = LocalRequest.Stop.class, name = "stop"),
    @JsonSubTypes.Type(value = LocalRequest.Delete.class, name = "delete")
})
public sealed interface LocalRequest {

    /** An absolute path. */
    String directory();

    /** @param image a qcow2 file, of the image cache or to be copied into it */
    record Create(
            String directory,
            String image,
            CapsuleType type,
            int vcpus,
            int memoryMb,
            int diskGb,
            int sshPort,
            int vncPort,
            Login login)
            implements LocalRequest {}

    /**
     * @param policy checked against the configuration, where it is given
     * @param login for a capsule whose login only the routers have
     */
    record Launch(String directory, Optional<String> policy, Optional<Login> login) implements LocalRequest {}

    record Query(String directory) implements LocalRequest {}

    /** @param volume with its key; into secure mode only */
    record Switch(String directory, CapsuleMode mode, Optional<String> policy, Optional<SecureVolume> volume)
            implements LocalRequest {}

    record Stop(String directory, int graceSeconds) implements LocalRequest {}

    record Delete(String directory) implements LocalRequest {}
}
