/**
 * Postgres: the pool, transactions as blocking calls for virtual threads, and the numbered migrations.
 */
@NullMarked
package org.datacapsule.router.database;

import org.jspecify.annotations.NullMarked;
