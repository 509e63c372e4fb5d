/**
 * The only user of the event bus. Calls block, so they belong on virtual threads.
 */
@NullMarked
package org.datacapsule.common.bus;

import org.jspecify.annotations.NullMarked;
