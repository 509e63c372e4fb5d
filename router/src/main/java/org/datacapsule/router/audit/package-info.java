/**
 * Who did what, when, from where, and how it ended. Rows are written in the transaction of what they tell of
 * ({@link org.datacapsule.router.audit.AuditLog}); one writer at a time then chains them by hashes, in the order they
 * became visible. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.audit;

import org.jspecify.annotations.NullMarked;
