package org.datacapsule.common.config;

import java.util.List;

/** The configuration is not usable; the message lists everything that is wrong with it. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> errors;

    public ConfigException(List<String> errors) {
        super(errors.size() + (errors.size() == 1 ? " error" : " errors") + " in the configuration:\n  - "
                + String.join("\n  - ", errors));
        this.errors = List.copyOf(errors);
    }

    public List<String> errors() {
        return errors;
    }
}
