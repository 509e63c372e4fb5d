/**
 * Reads the tar file that a guest made, which is as hostile as the guest: front to back, once, and nothing is unpacked. Any
 * thread.
 */
@NullMarked
package org.datacapsule.router.archive;

import org.jspecify.annotations.NullMarked;
