/** A whole router in one process, on a real Postgres and a real cluster, with a hand-written agent at the other end. */
@NullMarked
package org.datacapsule.router.testing;

import org.jspecify.annotations.NullMarked;
