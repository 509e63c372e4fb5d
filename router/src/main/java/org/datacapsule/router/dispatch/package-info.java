/**
 * The way of an operation to its host and back: claimed with a lease, signed, sent, its outcome recorded. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.dispatch;

import org.jspecify.annotations.NullMarked;
