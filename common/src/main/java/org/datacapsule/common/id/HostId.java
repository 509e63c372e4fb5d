package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/** The name of a hypervisor host: what its agent's configuration says, such as {@code h1} or {@code kvm-07.example.org}. */
public record HostId(@JsonValue String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    @JsonCreator
    public HostId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a host name (1 to 63 of a-z, 0-9, dot and hyphen, ends with a letter or digit): " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
