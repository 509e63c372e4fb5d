/**
 * Durable operations: the row that a command leaves behind, and what a caller may read of it.
 */
@NullMarked
package org.datacapsule.router.operation;

import org.jspecify.annotations.NullMarked;
