/**
 * Who is on a capsule: sharing, control, terms of use, full access, and the keys that follow from them. The rules are pure
 * functions from a {@link org.datacapsule.router.sharing.SharedCapsule} to the next; each endpoint is one class around one
 * of them. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.sharing;

import org.jspecify.annotations.NullMarked;
