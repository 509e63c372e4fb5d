package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/**
 * What every change of a capsule's members goes through, in one transaction and always in this order of locks: users, the
 * capsule, its members, its operations.
 */
public final class ChangeMembers {
    private final CapsuleStore capsules;
    private final MemberStore members;
    private final StartKeySync keys;
    private final AuditLog audit;

    public ChangeMembers(CapsuleStore capsules, MemberStore members, StartKeySync keys, AuditLog audit) {
        this.capsules = capsules;
        this.members = members;
        this.keys = keys;
        this.audit = audit;
    }

    /** A capsule under its lock, and who is on it. */
    record Locked(Capsule capsule, SharedCapsule shared) {}

    /** One rule applied to the caller and the capsule. */
    @FunctionalInterface
    interface Rule {
        SharingChange next(SharedCapsule now, Member caller);
    }

    /** A command of a member: role, terms and full access are checked, then the state, then {@code rule}. */
    Reply byMember(Tx tx, Call call, CapsuleId id, CapsuleCommand command, Rule rule) throws InterruptedException {
        Locked locked = lock(tx, id);
        Member caller = require(call, locked, command);
        return commit(tx, call, locked, rule.next(locked.shared(), caller).orThrow());
    }

    Locked lock(Tx tx, CapsuleId id) throws InterruptedException {
        Capsule capsule = capsules.lock(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
        return new Locked(capsule, members.load(tx, capsule));
    }

    Member require(Call call, Locked locked, CapsuleCommand command) {
        Member caller = member(call, locked);
        caller.membership().require(command, locked.capsule().type());
        WhenAllowed.require(command, locked.capsule().status());
        return caller;
    }

    static Member member(Call call, Locked locked) {
        return locked.shared()
                .member(call.caller().guid())
                .orElseThrow(() -> CommandCapsule.notFound(locked.capsule().id()));
    }

    Reply commit(Tx tx, Call call, Locked locked, SharedCapsule after) throws InterruptedException {
        CapsuleId id = locked.capsule().id();
        members.save(tx, id, locked.shared(), after);
        List<OperationId> started = keys.after(tx, call, id, locked.shared(), after);
        audit.done(tx, call, WhatWasAsked.of(call));
        return Reply.ok(new JsonObject().put("vmid", id.toString()).put("operations", StartKeySync.json(started)));
    }
}
