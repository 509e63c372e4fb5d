package org.datacapsule.router.imageapi.zstack;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.source.WebHook;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Header {@code X-Web-Hook}: how a job ended is told where its client wants it told, by whichever router. */
final class Hooks {
    private static final Logger LOG = LoggerFactory.getLogger(Hooks.class);
    private static final int MOST_ATTEMPTS = 10;
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration GOES_ON = Duration.ofSeconds(1);

    private final ImageDesk desk;
    private final Jobs jobs;
    private final WebHook hook;
    private final HookStore store = new HookStore();

    Hooks(ImageDesk desk, Jobs jobs, WebHook hook) {
        this.desk = desk;
        this.jobs = jobs;
        this.hook = hook;
    }

    /** Tells of one job; answers whether there was one to look at. */
    boolean tellOne() throws InterruptedException {
        Optional<HookStore.Hook> taken = desk.write(tx -> store.take(tx, LEASE));
        if (taken.isPresent()) {
            tell(taken.get());
        }
        return taken.isPresent();
    }

    private void tell(HookStore.Hook due) throws InterruptedException {
        Caller owner = new Caller(due.owner(), Optional.empty(), Optional.empty(), Set.of());
        Optional<Jobs.End> end = jobs.end(due.job(), owner);
        if (end.isEmpty()) {
            desk.keep(tx -> store.again(tx, due.job(), due.attempts(), GOES_ON));
            return;
        }
        boolean isTold = hook.tell(
                due.url(),
                Map.of(
                        "X-Job-UUID",
                        due.job(),
                        "X-Job-Success",
                        Boolean.toString(end.get().isSuccess())),
                end.get().body());
        int attempts = due.attempts() + 1;
        LOG.atInfo()
                .addKeyValue("job", due.job())
                .addKeyValue("attempt", attempts)
                .addKeyValue("told", isTold)
                .log("the end of a job was told to its web hook");
        desk.keep(tx -> {
            if (isTold || attempts >= MOST_ATTEMPTS) {
                store.delete(tx, due.job());
            } else {
                store.again(tx, due.job(), attempts, Duration.ofSeconds(1L << attempts));
            }
        });
    }
}
