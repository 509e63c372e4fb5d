/**
 * A command repeated with the same Idempotency-Key gets the first answer.
 */
@NullMarked
package org.datacapsule.router.idempotency;

import org.jspecify.annotations.NullMarked;
