/**
 * The agent put together: the only place that knows all of its parts.
 */
@NullMarked
package org.datacapsule.agent;

import org.jspecify.annotations.NullMarked;
