/** Capsules that move from one host to another: what comes after what, and who has to clean up. */
@NullMarked
package org.datacapsule.router.migration;

import org.jspecify.annotations.NullMarked;
