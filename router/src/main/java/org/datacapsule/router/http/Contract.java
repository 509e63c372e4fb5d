package org.datacapsule.router.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The API as {@code openapi.yaml} has it: what there is to call, what each call takes, and who may make it. */
public final class Contract {
    private static final String RESOURCE = "/openapi.yaml";

    private final byte[] document;
    private final List<Operation> operations;

    private Contract(byte[] document, List<Operation> operations) {
        this.document = document;
        this.operations = operations;
    }

    /** The contract this program was built with. */
    public static Contract load() {
        try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + RESOURCE);
            }
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Contract parse(byte[] yaml) {
        return new Contract(yaml, ContractReader.read(yaml));
    }

    List<Operation> operations() {
        return operations;
    }

    Optional<Operation> operation(String id) {
        return operations.stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst();
    }

    byte[] document() {
        return document.clone();
    }

    /** The operations that need an {@link Endpoint}: all but those the server answers itself. */
    Set<String> endpoints() {
        return operations.stream()
                .filter(Operation::needsEndpoint)
                .map(Operation::endpoint)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The operations that the server answers itself. */
    Set<String> publicOperations() {
        return operations.stream()
                .filter(operation -> !operation.needsEndpoint())
                .map(Operation::id)
                .collect(Collectors.toUnmodifiableSet());
    }
}
