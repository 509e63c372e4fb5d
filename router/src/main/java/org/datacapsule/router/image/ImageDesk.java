package org.datacapsule.router.image;

import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** Where the faces of the catalogue have their reads and their changes done; a change once, by a known user, and audited. */
public final class ImageDesk {
    private final Database database;
    private final Idempotency idempotency;
    private final UserStore users;
    private final AuditLog audit;
    private final Catalogue catalogue;

    public ImageDesk(Database database, Idempotency idempotency, ImageStore images, UserStore users, AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.users = users;
        this.audit = audit;
        this.catalogue = new Catalogue(images);
    }

    /** Something done with the catalogue. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Tx tx, Catalogue catalogue) throws InterruptedException;
    }

    /**
     * A change that was made.
     *
     * @param detail what the audit log says of it
     */
    public record Done(Reply reply, String detail) {}

    /** Reads, all of one moment. */
    public <T> T read(Work<T> work) throws InterruptedException {
        return database.snapshot(tx -> work.in(tx, catalogue));
    }

    /** Something written. */
    @FunctionalInterface
    public interface Note {
        void in(Tx tx) throws InterruptedException;
    }

    /** Something written that answers what was there. */
    @FunctionalInterface
    public interface Taking<T> {
        T in(Tx tx) throws InterruptedException;
    }

    /** The same as {@link #keep}, with an answer. */
    public <T> T write(Taking<T> taking) throws InterruptedException {
        return database.transaction(taking::in);
    }

    /** Writes what a face of the catalogue keeps for itself; the catalogue stays as it is, and nothing is audited. */
    public void keep(Note note) throws InterruptedException {
        database.transaction(tx -> {
            note.in(tx);
            return true;
        });
    }

    /** Takes a request for deletion back; the image counts among its owner's again. */
    public Image recover(Tx tx, Caller caller, ImageId id) throws InterruptedException {
        users.requireImage(tx, catalogue.changeable(tx, caller, id).owner());
        return catalogue.recover(tx, caller, id);
    }

    /** Changes in one transaction; asked again with the same Idempotency-Key it answers what it answered. */
    public Reply change(Call call, Work<Done> work) throws InterruptedException {
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Done done = work.in(tx, catalogue);
            audit.done(tx, call, done.detail());
            return done.reply();
        });
    }
}
