/**
 * The agent's configuration: one record, read and checked once at start. Main thread only.
 */
@NullMarked
package org.datacapsule.agent.config;

import org.jspecify.annotations.NullMarked;
