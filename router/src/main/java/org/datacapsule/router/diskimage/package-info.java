/**
 * Images and snapshots made of capsules' disks: a state change of the capsule, the row of what is made and the operation in one
 * transaction. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.diskimage;

import org.jspecify.annotations.NullMarked;
