package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.image.ImageDesk;

/** {@code /runtimestats}: the queues of the cluster, and how much of them this router does at a time. */
final class ViceStats {
    private final ImageDesk desk;
    private final Workers workers;
    private final QueueStore store = new QueueStore();

    ViceStats(ImageDesk desk, Workers workers) {
        this.desk = desk;
        this.workers = workers;
    }

    /** How many files one router fetches, gives to hosts and looks at, at a time. */
    record Workers(int imports, int exports, int stores) {}

    DialectAnswer show() throws InterruptedException {
        QueueStore.Queues queues = desk.read((tx, catalogue) -> store.count(tx));
        return DialectAnswer.json(
                200,
                new JsonObject()
                        .put("importsPending", queues.imports())
                        .put("exportWorker", workers.exports())
                        .put("importWorker", workers.imports())
                        .put("storePending", queues.stores())
                        .put("exportsPending", queues.exports())
                        .put("storeWorker", workers.stores()));
    }
}
