package org.datacapsule.router.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Part;

/** A file on its way to be an object, part after part. What the store has of an upload that broke off is not sent again. */
public final class MultipartUpload {
    /** As many as S3 takes. */
    private static final long MOST_PARTS = 10_000;

    private static final String TYPE = "application/octet-stream";

    private final S3Client client;
    private final String bucket;
    private final String key;

    MultipartUpload(S3Client client, String bucket, String key) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
    }

    /**
     * Sends what the store has not; the object is there once this returns.
     *
     * @param file the same, to the byte, whenever an upload of this key is gone on with; not empty
     * @param part bytes of each part but the last: 5 MiB at least, and more where there would be too many parts
     */
    public void send(Path file, long part) throws IOException {
        try {
            long bytes = Files.size(file);
            long each = Math.max(part, (bytes + MOST_PARTS - 1) / MOST_PARTS);
            String id = begun().stream().findFirst().orElseGet(this::begin);
            Map<Integer, Part> held = held(id);
            List<CompletedPart> parts = new ArrayList<>();
            for (long from = 0; from < bytes; from += each) {
                int number = parts.size() + 1;
                long length = Math.min(each, bytes - from);
                Optional<Part> there = Optional.ofNullable(held.get(number)).filter(has -> has.size() == length);
                String tag = there.isPresent() ? there.get().eTag() : send(id, number, file, from, length);
                parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            }
            client.completeMultipartUpload(request ->
                    request.bucket(bucket).key(key).uploadId(id).multipartUpload(upload -> upload.parts(parts)));
            begun().forEach(other -> client.abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(other)));
        } catch (RuntimeException e) {
            // The SDK has exceptions of its own for most of what can go wrong, and plain ones where a file does not
            // read.
            throw new IOException("the store did not take " + key, e);
        }
    }

    private String begin() {
        return client.createMultipartUpload(
                        request -> request.bucket(bucket).key(key).contentType(TYPE))
                .uploadId();
    }

    /** Uploads of this key that came to no end, the one begun last first. */
    private List<String> begun() {
        return client.listMultipartUploads(request -> request.bucket(bucket).prefix(key)).uploads().stream()
                .filter(upload -> upload.key().equals(key))
                .sorted(Comparator.comparing(
                                software.amazon.awssdk.services.s3.model.MultipartUpload::initiated,
                                Comparator.nullsFirst(Comparator.naturalOrder()))
                        .reversed())
                .map(software.amazon.awssdk.services.s3.model.MultipartUpload::uploadId)
                .toList();
    }

    private Map<Integer, Part> held(String id) {
        return client
                .listPartsPaginator(request -> request.bucket(bucket).key(key).uploadId(id))
                .parts()
                .stream()
                .collect(Collectors.toMap(Part::partNumber, Function.identity(), (first, second) -> second));
    }

    private String send(String id, int number, Path file, long from, long length) {
        return client.uploadPart(
                        request -> request.bucket(bucket)
                                .key(key)
                                .uploadId(id)
                                .partNumber(number)
                                .contentLength(length),
                        RequestBody.fromContentProvider(() -> opened(file, from, length), length, TYPE))
                .eTag();
    }

    private static FilePart opened(Path file, long from, long length) {
        try {
            return new FilePart(file, from, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
