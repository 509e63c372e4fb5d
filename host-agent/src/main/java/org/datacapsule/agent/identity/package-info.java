/**
 * What this host proves itself with: keys and certificates on its disk, how it gets the first ones and the next. Any thread.
 */
@NullMarked
package org.datacapsule.agent.identity;

import org.jspecify.annotations.NullMarked;
