/**
 * Rows of snapshots of capsules' disks. Virtual threads.
 */
@NullMarked
package org.datacapsule.router.snapshot;

import org.jspecify.annotations.NullMarked;
