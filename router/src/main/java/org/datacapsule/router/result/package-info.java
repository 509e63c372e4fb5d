/**
 * Results: what a guest asks to have released arrives over the bus, is kept in the release store, looked at by reviewers who
 * have nothing to do with the capsule, and downloaded by its members once it is released. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.result;

import org.jspecify.annotations.NullMarked;
