package org.datacapsule.router.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;

/** What the server answers itself and to everybody: the contract, and how it is. */
final class ServicePages {
    private final Vertx vertx;
    private final Buffer document;
    private final Readiness readiness;
    private final ReferencePage reference = new ReferencePage();
    private final Map<String, Consumer<Exchange>> pages = Map.of(
            "getDocument", this::document,
            "getReference", this::reference,
            "getReferenceFile", this::referenceFile,
            "getLiveness", ServicePages::live,
            "getReadiness", this::ready);

    ServicePages(Vertx vertx, Contract contract, Readiness readiness) {
        this.vertx = vertx;
        this.document = Buffer.buffer(contract.document());
        this.readiness = readiness;
        Set<String> missing = new TreeSet<>(contract.publicOperations());
        missing.removeAll(pages.keySet());
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "the contract has operations without a token and without a page: " + missing);
        }
    }

    void serve(Operation operation, RoutingContext context) {
        Exchange exchange = Exchange.beginQuiet(vertx, context.request(), operation.path());
        Consumer<Exchange> page = pages.get(operation.id());
        if (page != null) {
            page.accept(exchange);
        }
    }

    private void document(Exchange exchange) {
        exchange.answer(200, "application/yaml; charset=utf-8", document);
    }

    private void reference(Exchange exchange) {
        answer(exchange, reference.page());
    }

    private void referenceFile(Exchange exchange) {
        String path = Objects.requireNonNullElse(exchange.request().path(), "");
        String name = path.substring(path.lastIndexOf('/') + 1);
        reference
                .file(name)
                .ifPresentOrElse(
                        file -> answer(exchange, file),
                        () -> exchange.answer(ErrorRenderer.render(
                                Problem.of(ErrorCode.REQUEST_NOT_FOUND, "There is no such file; the page is /docs."),
                                exchange.requestId())));
    }

    private static void answer(Exchange exchange, ReferencePage.File file) {
        exchange.request()
                .response()
                .putHeader("Content-Security-Policy", ReferencePage.CONTENT_SECURITY_POLICY)
                .putHeader("Referrer-Policy", "no-referrer");
        exchange.answer(200, file.contentType(), file.content());
    }

    private static void live(Exchange exchange) {
        exchange.answer(Reply.ok(new JsonObject().put("status", Readiness.word(true))));
    }

    private void ready(Exchange exchange) {
        Thread.ofVirtual().name("readiness").start(() -> {
            try {
                exchange.answer(readiness.ask());
            } catch (InterruptedException e) {
                exchange.answer(new Reply(503, new JsonObject().put("status", Readiness.word(false))));
            }
        });
    }
}
